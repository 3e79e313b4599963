// Fetches / from a server on the loopback interface with CRLs at hand: PORT CA CRLS. Every CRL is a string of its own.
import { readFileSync } from "node:fs";
import https from "node:https";

const [port, ca, crls] = process.argv.slice(2);
const crl = readFileSync(crls, "utf8").match(/-----BEGIN X509 CRL-----[^]+?-----END X509 CRL-----/g);
const to = { host: "127.0.0.1", port, servername: "localhost", agent: false, timeout: 20_000 };
const request = https.get({ ...to, ca: readFileSync(ca), crl }, async (response) => {
  console.log((await response.toArray()).join(""));
});
request.on("timeout", () => request.destroy(new Error("timed out")));
request.on("error", (error) => {
  console.log(error.code, error.message);
  process.exitCode = 1;
});
