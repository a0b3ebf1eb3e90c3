/**
 * The addresses of QMP servers: UNIX sockets, TCP, TLS and plain streams; and the process at the other end.
 */
@NullMarked
package io.github.qmpjunit.qmp.transport;

import org.jspecify.annotations.NullMarked;
