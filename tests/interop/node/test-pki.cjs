// Judges the cases of a test PKI by TLS handshakes on the loopback interface: the path of expectations.json as argument, what
// `certwright test-pki serve --json` said in, one JSON object a line out.
const { readFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { isIP } = require("node:net");
const { once } = require("node:events");
const tls = require("node:tls");

const [, , document] = process.argv;
const read = (name) => readFileSync(join(dirname(document), name));
const crls = (name) => name && String(read(name)).match(/-----BEGIN [^]*?-----END X509 CRL-----/g);
const served = new Map(JSON.parse(readFileSync(0, "utf8")).cases.map((item) => [item.id, item.port]));

// A client that is presented a server's certificate.
function visit(item) {
  return new Promise((resolve) => {
    const name = isIP(item.name) ? {} : { servername: item.name };
    const options = { host: "127.0.0.1", port: served.get(item.id), ca: read(item.anchor), ...name };
    if (item.crls) options.crl = crls(item.crls);
    const socket = tls.connect(options, () => { resolve(""); socket.destroy(); });
    socket.on("error", (error) => resolve(`${error.code}: ${error.message}`));
  });
}

// A server that is presented a client's certificate; the client itself minds nothing.
async function receive(item) {
  const server = readFileSync(join(dirname(document), "good/good/fullchain.pem"));
  const options = { cert: server, key: read("good/good/key.pem"), ca: read(item.anchor), requestCert: true, rejectUnauthorized: false };
  if (item.crls) options.crl = crls(item.crls);
  const listener = tls.createServer(options);
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const verdict = new Promise((resolve) => {
    // What rejectUnauthorized would go by; it would not say why.
    listener.on("secureConnection", (socket) => {
      resolve(socket.authorized ? "" : String(socket.authorizationError));
      socket.destroy();
    });
    listener.on("tlsClientError", (error) => resolve(`${error.code}: ${error.message}`));
  });
  const socket = tls.connect({
    host: "127.0.0.1", port: listener.address().port, rejectUnauthorized: false, ciphers: "DEFAULT@SECLEVEL=0",
    cert: read(item.fullchain), key: read(item.key),
  });
  socket.on("error", () => {});
  const why = await verdict;
  socket.destroy();
  listener.close();
  return why;
}

(async () => {
  for (const item of JSON.parse(readFileSync(document, "utf8")).cases) {
    if (item.unable.includes("node")) continue;
    const why = await (item.purpose === "client" ? receive(item) : visit(item));
    console.log(JSON.stringify({ id: item.id, trusted: why === "", why }));
  }
})();
