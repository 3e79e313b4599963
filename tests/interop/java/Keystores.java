import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Collections;

/**
 * Lists keystores: a line of type, file, password and key password, with tabs between, in; a line out, with an item for each
 * alias: its kind and the length of its chain. A private key has to sign what its certificate verifies.
 */
public final class Keystores {
    public static void main(String[] arguments) throws Exception {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] question = line.split("\t");
            String answer;
            try {
                answer = list(question[0], question[1], question[2].toCharArray(), question[3].toCharArray());
            } catch (Exception error) {
                answer = error.toString();
            }
            out.println(answer);
        }
    }

    private static String list(String type, String file, char[] password, char[] keyPassword) throws Exception {
        var store = KeyStore.getInstance(type);
        try (var in = new FileInputStream(file)) {
            store.load(in, password);
        }
        var items = new ArrayList<String>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.isCertificateEntry(alias)) {
                items.add(alias + ":trusted");
                continue;
            }
            Certificate[] chain = store.getCertificateChain(alias);
            var key = (PrivateKey) store.getKey(alias, keyPassword);
            prove(key, chain[0]);
            for (int at = 1; at < chain.length; at++) {
                chain[at - 1].verify(chain[at].getPublicKey());
            }
            items.add(alias + ":key:" + chain.length);
        }
        Collections.sort(items);
        return String.join(" ", items);
    }

    private static void prove(PrivateKey key, Certificate certificate) throws Exception {
        String algorithm = switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> "Ed25519";
        };
        var signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(new byte[] {1, 2, 3});
        byte[] signature = signer.sign();
        signer.initVerify(certificate.getPublicKey());
        signer.update(new byte[] {1, 2, 3});
        if (!signer.verify(signature)) {
            throw new IllegalStateException("the key does not belong to the certificate");
        }
    }
}
