// Attempts TLS handshakes on the loopback interface: a JSON array in, one JSON object a line out.
const { readFileSync } = require("node:fs");
const { once } = require("node:events");
const tls = require("node:tls");

const load = (party) => party && { cert: readFileSync(party.cert), key: readFileSync(party.key) };

async function attempt({ server, serverRoot, client, host, root }) {
  const listener = tls.createServer({
    ...load(server), ca: readFileSync(serverRoot), requestCert: true, rejectUnauthorized: true,
  });
  listener.on("secureConnection", (socket) => socket.end("hello"));
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  try {
    return await new Promise((resolve) => {
      // An address is no server name, and is checked as the host it was reached by.
      const name = host === "127.0.0.1" ? {} : { servername: host };
      const socket = tls.connect({ host: "127.0.0.1", port, ca: readFileSync(root), ...name, ...load(client) });
      let text = "";
      socket.setEncoding("utf8");
      socket.on("data", (data) => { text += data; });
      socket.on("error", (error) => resolve(error.message));
      socket.on("close", () => resolve(text === "hello" ? "" : "closed without a word"));
    });
  } finally {
    listener.close();
  }
}

(async () => {
  for (const handshake of JSON.parse(readFileSync(0, "utf8"))) {
    const why = await attempt(handshake);
    console.log(JSON.stringify({ id: handshake.id, trusted: why === "", why }));
  }
})();
