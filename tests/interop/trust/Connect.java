import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Shakes hands with a server on this machine as any client does: default trust, and its name checked. */
class Connect {
    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        try (SSLSocket socket = (SSLSocket) SSLSocketFactory.getDefault().createSocket("localhost", port)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            System.out.println("trusted " + socket.getSession().getPeerPrincipal());
        } catch (javax.net.ssl.SSLHandshakeException refused) {
            System.out.println("refused " + refused.getMessage());
        }
    }
}
