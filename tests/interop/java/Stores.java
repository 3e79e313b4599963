import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An {@code SSLContext} from a keystore, if there is one, and a truststore. */
final class Stores {
    static SSLContext context(String type, String keystore, String truststore, String password) throws Exception {
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(load(type, truststore, password));
        KeyManagerFactory keys = null;
        if (!keystore.equals("-")) {
            keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(load(type, keystore, password), password.toCharArray());
        }
        var context = SSLContext.getInstance("TLS");
        context.init(keys == null ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore load(String type, String file, String password) throws Exception {
        var store = KeyStore.getInstance(type);
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            store.load(in, password.toCharArray());
        }
        return store;
    }
}
