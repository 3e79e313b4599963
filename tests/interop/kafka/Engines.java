import java.io.FileReader;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.common.network.ConnectionMode;
import org.apache.kafka.common.security.ssl.SslFactory;

/**
 * Reads the properties of a broker and of its clients as Kafka does, and has its engines shake hands: a line for each client, the
 * name that the broker sees or why it sees none.
 */
public class Engines {
    public static void main(String[] files) throws Exception {
        try (SslFactory broker = factory(ConnectionMode.SERVER, files[0])) {
            for (int index = 1; index < files.length; index++) {
                try (SslFactory client = factory(ConnectionMode.CLIENT, files[index])) {
                    System.out.println(meet(client.createSslEngine("localhost", 9093), broker.createSslEngine("localhost", 9093)));
                }
            }
        }
    }

    private static SslFactory factory(ConnectionMode mode, String file) throws Exception {
        Properties properties = new Properties();
        try (FileReader reader = new FileReader(file)) {
            properties.load(reader);
        }
        ConfigDef known = new ConfigDef();
        SslConfigs.addClientSslSupport(known);
        known.define(BrokerSecurityConfigs.SSL_CLIENT_AUTH_CONFIG, ConfigDef.Type.STRING, "none", ConfigDef.Importance.LOW, "");
        Map<String, Object> values = new HashMap<>(new AbstractConfig(known, properties, false).values());
        SslFactory factory = new SslFactory(mode);
        factory.configure(values);
        return factory;
    }

    private static String meet(SSLEngine client, SSLEngine server) throws Exception {
        int size = 2 * client.getSession().getPacketBufferSize();
        ByteBuffer up = ByteBuffer.allocate(size);
        ByteBuffer down = ByteBuffer.allocate(size);
        try {
            for (int round = 0; round < 100; round++) {
                step(client, down, up);
                step(server, up, down);
                if (finished(client) && finished(server) && up.position() == 0 && down.position() == 0) {
                    return server.getSession().getPeerPrincipal().getName();
                }
            }
            return "no end";
        } catch (javax.net.ssl.SSLException refused) {
            return "refused: " + refused.getMessage();
        }
    }

    private static boolean finished(SSLEngine engine) {
        return engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING;
    }

    /** Takes in what the other side said, and says what is to be said. */
    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws Exception {
        ByteBuffer plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize() + 64);
        if (engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING
                && engine.getSession().getCipherSuite().equals("SSL_NULL_WITH_NULL_NULL")) {
            engine.beginHandshake();
        }
        for (int turn = 0; turn < 100; turn++) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
                default -> {
                    in.flip();
                    SSLEngineResult result = engine.unwrap(in, plain);
                    in.compact();
                    if (result.bytesConsumed() == 0 && engine.getHandshakeStatus() != SSLEngineResult.HandshakeStatus.NEED_TASK
                            && engine.getHandshakeStatus() != SSLEngineResult.HandshakeStatus.NEED_WRAP) {
                        return;
                    }
                }
            }
        }
    }
}
