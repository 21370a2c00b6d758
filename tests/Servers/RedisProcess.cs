using System.Diagnostics;

namespace Servers;

public sealed class RedisProcess : ServerProcess
{
    public static string? Missing => Programs.Redis is null ? "needs redis-server (Debian package redis-server)" : null;

    public string? Password { get; init; }

    /// <summary>The file with the server's users; null if there are no users and no restrictions.</summary>
    public string? AclFile { get; init; }

    protected override ProcessStartInfo Command() =>
        new(
            Programs.Redis!,
            [
                "--port",
                $"{Port}",
                "--bind",
                "127.0.0.1",
                "--dir",
                Folder,
                "--databases",
                "256",
                "--appendonly",
                "yes",
                "--appendfsync",
                "everysec",
                "--save",
                "",
                .. Password is null ? (string[])[] : ["--requirepass", Password],
                .. AclFile is null ? (string[])[] : ["--aclfile", AclFile],
            ]
        );

    protected override Task<bool> AnswersAsync() =>
        ListensAsync("PING\r\n"u8.ToArray(), Password is null && AclFile is null ? "PONG" : null);
}
