// Fetches / from a server on the loopback interface: PORT HOST ANCHOR [FULLCHAIN KEY].
import { readFileSync } from "node:fs";
import https from "node:https";

const [port, servername, ...files] = process.argv.slice(2);
const [ca, cert, key] = files.map((file) => readFileSync(file, "utf8"));
const options = { host: "127.0.0.1", port, servername, ca, cert, key, headers: { host: servername }, agent: false };
const request = https.get(options, (response) => response.pipe(process.stdout));
request.on("error", (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
