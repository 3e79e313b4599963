// Fetches / from servers on the loopback interface: a JSON array of {port, host, ca, party} in, where a party is {cert, key}
// or {pfx, passphrase} or null; for each one line out, the page or what went wrong.
import { readFileSync } from "node:fs";
import https from "node:https";

const load = ({ passphrase, ...files }) =>
  Object.fromEntries([["passphrase", passphrase], ...Object.entries(files).map(([name, file]) => [name, readFileSync(file)])]);

const visit = ({ port, host, ca, party }) => new Promise((resolve) => {
  const to = { host: "127.0.0.1", port, servername: host, headers: { host }, agent: false, timeout: 20_000 };
  const request = https.get({ ...to, ca: readFileSync(ca), ...(party && load(party)) }, async (response) => {
    try {
      resolve((await response.toArray()).join(""));
    } catch (error) {
      resolve(error.message);
    }
  });
  request.on("timeout", () => request.destroy(new Error("timed out")));
  request.on("error", (error) => resolve(error.message));
});

for (const one of JSON.parse(readFileSync(0, "utf8"))) {
  console.log((await visit(one)).replace(/\s+/g, " "));
}
