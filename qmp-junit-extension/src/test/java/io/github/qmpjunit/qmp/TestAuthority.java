package io.github.qmpjunit.qmp;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate authority that lives as long as a test. Writes just as much X.509 (RFC 5280) in DER as GnuTLS and the JDK want to
 * see: the JDK's API reads certificates but makes none, and its keytool takes a second for each.
 */
final class TestAuthority {

    private static final char[] PASSWORD = "secret".toCharArray();
    private static final String ECDSA_WITH_SHA256 = "06082a8648ce3d040302";
    private static final String PRIME256V1 = "06082a8648ce3d030107";
    private static final String SERVER_AUTH = "06082b06010505070301";
    private static final String CLIENT_AUTH = "06082b06010505070302";
    private static final DateTimeFormatter GENERALIZED_TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final String name;
    private final KeyPair keys = newKeys();
    private final X509Certificate certificate;
    private long serial;

    TestAuthority(String name) {
        this.name = name;
        this.certificate = issue(
                name,
                keys.getPublic(),
                List.of(
                        extension("0603551d13", true, sequence(hex("0101ff"))), // basicConstraints: CA
                        extension("0603551d0f", true, hex("03020106")))); // keyUsage: keyCertSign, cRLSign
    }

    /** A certificate with its key, and the authority that issued it. */
    record Identity(TestAuthority issuer, PrivateKey key, X509Certificate certificate) {

        /** Return a context that shows this identity and trusts its own issuer. */
        SSLContext context() throws GeneralSecurityException, IOException {
            KeyStore store = emptyStore();
            store.setKeyEntry("me", key, PASSWORD, new X509Certificate[] {certificate, issuer.certificate});
            KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
            managers.init(store, PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), issuer.trust().getTrustManagers(), null);
            return context;
        }

        /** Return the key with its public half (RFC 5915), which the JDK leaves out and GnuTLS demands. */
        private byte[] keyForGnuTls() {
            byte[] secret = ((ECPrivateKey) key).getS().toByteArray();
            byte[] padded = new byte[32];
            int count = Math.min(32, secret.length);
            System.arraycopy(secret, secret.length - count, padded, 32 - count, count);
            byte[] publicKey = certificate.getPublicKey().getEncoded(); // ends in the uncompressed point
            byte[] point = Arrays.copyOfRange(publicKey, publicKey.length - 65, publicKey.length);
            return sequence(
                    hex("020101"),
                    der(0x04, padded),
                    der(0xa0, hex(PRIME256V1)),
                    der(0xa1, der(0x03, join(new byte[1], point))));
        }

        /** Write what QEMU's tls-creds-x509 reads for an endpoint, "server" or "client". */
        Path writeForQemu(Path directory, String endpoint) throws GeneralSecurityException, IOException {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("ca-cert.pem"), pem("CERTIFICATE", issuer.certificate.getEncoded()));
            Files.writeString(directory.resolve(endpoint + "-cert.pem"), pem("CERTIFICATE", certificate.getEncoded()));
            Files.writeString(directory.resolve(endpoint + "-key.pem"), pem("EC PRIVATE KEY", keyForGnuTls()));
            return directory;
        }
    }

    /** Issue a certificate for a server with these host names and IP addresses. */
    Identity server(String... hosts) throws IOException {
        List<byte[]> names = new ArrayList<>();
        for (String host : hosts) {
            boolean isAddress = host.matches("[0-9.]+|.*:.*");
            names.add(
                    isAddress
                            ? der(0x87, InetAddress.getByName(host).getAddress())
                            : der(0x82, host.getBytes(StandardCharsets.US_ASCII)));
        }
        return identity(hosts[0], SERVER_AUTH, extension("0603551d11", false, sequence(names.toArray(byte[][]::new))));
    }

    /** Issue a certificate for a client. */
    Identity client(String clientName) {
        return identity(clientName, CLIENT_AUTH);
    }

    /** Return a context that trusts this authority and shows nothing. */
    SSLContext contextOfAStranger() throws GeneralSecurityException, IOException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust().getTrustManagers(), null);
        return context;
    }

    private TrustManagerFactory trust() throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        store.setCertificateEntry("authority", certificate);
        TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
        managers.init(store);
        return managers;
    }

    private Identity identity(String subject, String purpose, byte[]... more) {
        KeyPair own = newKeys();
        List<byte[]> extensions = new ArrayList<>(List.of(more));
        extensions.add(extension("0603551d0f", true, hex("030205a0"))); // keyUsage: digitalSignature, keyEncipherment
        extensions.add(extension("0603551d25", false, sequence(hex(purpose)))); // extKeyUsage
        return new Identity(this, own.getPrivate(), issue(subject, own.getPublic(), extensions));
    }

    private X509Certificate issue(String subject, PublicKey key, List<byte[]> extensions) {
        try {
            Instant now = Instant.now();
            byte[] body = sequence(
                    der(0xa0, hex("020102")), // version 3
                    der(0x02, BigInteger.valueOf(++serial).toByteArray()),
                    sequence(hex(ECDSA_WITH_SHA256)),
                    nameOf(name),
                    sequence(time(now.minus(Duration.ofDays(1))), time(now.plus(Duration.ofDays(2)))),
                    nameOf(subject),
                    key.getEncoded(),
                    der(0xa3, sequence(extensions.toArray(byte[][]::new))));
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(body);
            byte[] bits = join(new byte[1], signature.sign()); // no unused bits
            byte[] whole = sequence(body, sequence(hex(ECDSA_WITH_SHA256)), der(0x03, bits));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(whole));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                .formatted(label, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), label);
    }

    private static byte[] nameOf(String commonName) {
        byte[] text = commonName.getBytes(StandardCharsets.UTF_8);
        return sequence(der(0x31, sequence(hex("0603550403"), der(0x0c, text))));
    }

    private static byte[] time(Instant instant) {
        return der(0x18, GENERALIZED_TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] extension(String oid, boolean critical, byte[] value) {
        return critical ? sequence(hex(oid), hex("0101ff"), der(0x04, value)) : sequence(hex(oid), der(0x04, value));
    }

    private static byte[] sequence(byte[]... parts) {
        return der(0x30, join(parts));
    }

    private static byte[] der(int tag, byte[] content) {
        int length = content.length;
        byte[] head;
        if (length < 0x80) {
            head = new byte[] {(byte) tag, (byte) length};
        } else if (length < 0x100) {
            head = new byte[] {(byte) tag, (byte) 0x81, (byte) length};
        } else {
            head = new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        }
        return join(head, content);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }

    private static byte[] hex(String digits) {
        byte[] bytes = new byte[digits.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
        }
        return bytes;
    }
}
