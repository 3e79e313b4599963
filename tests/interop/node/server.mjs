// An HTTPS server that greets its clients by the name in their certificates: pem CA CERT KEY, or pfx CA PFX PASSPHRASE.
import { readFileSync } from "node:fs";
import https from "node:https";

const [form, ca, first, second] = process.argv.slice(2);
const own = form === "pfx"
  ? { pfx: readFileSync(first), passphrase: second }
  : { cert: readFileSync(first), key: readFileSync(second) };
const server = https.createServer(
  { ...own, ca: readFileSync(ca), requestCert: true, rejectUnauthorized: true },
  (request, response) => response.end(`hello ${request.socket.getPeerCertificate().subject?.CN}\n`),
);
server.listen(0, "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
