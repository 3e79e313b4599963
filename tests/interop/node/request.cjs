// Writes a certificate request that node-forge made: FILE.
const { writeFileSync } = require("node:fs");
const forge = require("node-forge");

const keys = forge.pki.rsa.generateKeyPair(2048);
const request = forge.pki.createCertificationRequest();
request.publicKey = keys.publicKey;
request.setSubject([
  { name: "commonName", value: "forge.corp.test" },
  { name: "organizationName", value: "Corp", valueTagClass: forge.asn1.Type.UTF8 },
]);
request.setAttributes([
  { name: "challengePassword", value: "a challenge" },
  { name: "unstructuredName", value: "a name" },
  { name: "extensionRequest", extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "forge.corp.test" }] }] },
]);
request.sign(keys.privateKey, forge.md.sha256.create());
writeFileSync(process.argv[2], forge.pki.certificationRequestToPem(request));
