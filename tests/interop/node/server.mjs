// An HTTPS server that greets its clients by the name in their certificates: CERT CHAIN KEY ANCHOR.
import { readFileSync } from "node:fs";
import https from "node:https";

const [cert, chain, key, ca] = process.argv.slice(2).map((file) => readFileSync(file, "utf8"));
const server = https.createServer(
  { cert: cert + chain, key, ca, requestCert: true, rejectUnauthorized: true },
  (request, response) => response.end(`hello ${request.socket.getPeerCertificate().subject.CN}\n`),
);
server.listen(0, "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
