package io.github.qmpjunit.qemu.disk;

import org.apiguardian.api.API;

/**
 * What came of a tool that ended by itself.
 *
 * @param exitCode its exit code
 * @param stdout what it wrote to its standard output
 * @param stderr what it wrote to its standard error
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record ToolResult(int exitCode, String stdout, String stderr) {}
