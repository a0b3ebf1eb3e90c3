package io.github.qmpjunit.qmp;

/**
 * Who is at the other end of a UNIX socket, as the kernel tells it.
 *
 * @param pid the process id of the peer when it connected or listened
 * @param uid the user id of the peer
 */
public record PeerCredentials(long pid, long uid) {}
