package io.github.qmpjunit.qmp.transport;

import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * TLS settings: an {@link SSLContext} with the trusted authorities and the own certificate, and what to check. Immutable:
 * each {@code with...} returns changed options.
 *
 * <p>A client checks that the server's certificate is for the host to which it connects, as HTTPS does (RFC 2818): a
 * certificate from a trusted authority does not yet say which host is at the other end.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public final class TlsOptions {

    private final SSLContext context;
    private final @Nullable String hostName;
    private final boolean checksHostName;
    private final Consumer<SSLParameters> parameters;

    private TlsOptions(
            SSLContext context, @Nullable String hostName, boolean checksHostName, Consumer<SSLParameters> parameters) {
        this.context = context;
        this.hostName = hostName;
        this.checksHostName = checksHostName;
        this.parameters = parameters;
    }

    /**
     * Return options that check the host name and leave everything else to the context.
     *
     * @param context holds the trusted authorities and, for a peer that asks, the own certificate
     * @return the options
     */
    public static TlsOptions of(SSLContext context) {
        return new TlsOptions(context, null, true, ignored -> {});
    }

    /**
     * Return these options with the name that the server's certificate must be for. Default: the host of the TCP
     * address; a UNIX socket has no host.
     *
     * @param name a host name or an IP address
     * @return the options
     */
    public TlsOptions withHostName(String name) {
        return new TlsOptions(context, name, true, parameters);
    }

    /** {@return these options, which then accept any certificate that the context trusts, for any host} */
    public TlsOptions withoutHostNameCheck() {
        return new TlsOptions(context, hostName, false, parameters);
    }

    /**
     * Return these options with further settings for each connection: cipher suites, protocols, or, for an acceptor, that the peer
     * must show a certificate ({@code p -> p.setNeedClientAuth(true)}).
     *
     * @param change changes the parameters, which hold the context's defaults and the check of the host name; called
     *     after earlier changes
     * @return the options
     */
    public TlsOptions withParameters(Consumer<SSLParameters> change) {
        return new TlsOptions(context, hostName, checksHostName, parameters.andThen(change));
    }

    /** {@return the context with the trusted authorities and the own certificate} */
    public SSLContext context() {
        return context;
    }

    /** {@return the name that the server's certificate must be for, if one was given} */
    public Optional<String> hostName() {
        return Optional.ofNullable(hostName);
    }

    /** {@return whether a client checks that the server's certificate is for the host} */
    public boolean checksHostName() {
        return checksHostName;
    }

    /**
     * Return these options in JSSE's form.
     *
     * @param asClient whether this end of the connection is the client
     * @return the parameters
     */
    public SSLParameters parameters(boolean asClient) {
        SSLEngine engine =
                context.createSSLEngine(); // knows the defaults for each side, and refuses unsupported values
        engine.setUseClientMode(asClient);
        SSLParameters result = engine.getSSLParameters();
        if (asClient && checksHostName) {
            result.setEndpointIdentificationAlgorithm("HTTPS");
        }
        parameters.accept(result);
        engine.setSSLParameters(result);
        return result;
    }
}
