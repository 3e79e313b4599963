import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * Validates certificate paths: a line of id, certificate, its key, intermediates and root, with tabs between
 * and "-" for what there is none of, in; one JSON object a line out.
 */
public final class Verify {
    public static void main(String[] arguments) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] question = line.split("\t");
            String why = ask(question[1], question[2], question[3], question[4]);
            System.out.printf("{\"id\":\"%s\",\"trusted\":%s,\"why\":\"%s\"}%n",
                    question[0], why.isEmpty(), why.replaceAll("[\\\\\"\\p{Cntrl}]", "'"));
        }
    }

    private static String ask(String certificate, String key, String intermediates, String root) {
        try {
            var anchor = (X509Certificate) load(root).get(0);
            List<Certificate> path = new ArrayList<>(load(certificate));
            if (path.get(0).equals(anchor)) {
                anchor.verify(anchor.getPublicKey());
                return "";
            }
            if (!key.equals("-")) {
                useKey(Files.readString(Path.of(key)), path.get(0));
            }
            if (!intermediates.equals("-")) {
                path.addAll(load(intermediates));
            }
            var parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
            parameters.setRevocationEnabled(false);
            var factory = CertificateFactory.getInstance("X.509");
            CertPathValidator.getInstance("PKIX").validate(factory.generateCertPath(path), parameters);
            return "";
        } catch (Exception error) {
            return error.toString();
        }
    }

    /** Signs with a PKCS#8 key, and verifies with the certificate's. */
    private static void useKey(String pem, Certificate certificate) throws Exception {
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        String kind = certificate.getPublicKey().getAlgorithm();
        var signature = Signature.getInstance(kind.equals("EdDSA") ? kind : "SHA256with" + (kind.equals("EC") ? "ECDSA" : kind));
        signature.initSign(KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(der)));
        signature.update(der);
        byte[] signed = signature.sign();
        signature.initVerify(certificate);
        signature.update(der);
        if (!signature.verify(signed)) {
            throw new IllegalArgumentException("the key is another certificate's");
        }
    }

    private static List<Certificate> load(String file) throws Exception {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
        }
    }
}
