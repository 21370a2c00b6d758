using System.Diagnostics;

namespace Servers;

public sealed class PostgresProcess : ServerProcess
{
    public const string Password = "secret"; // without a space: daprd does not read a quoted password

    private static readonly bool IsRoot = Environment.UserName == "root";

    public static string? Missing => Programs.PostgresBin is null ? "needs initdb and postgres (Debian package postgresql)" : null;

    public string ConnectionString => $"host=127.0.0.1 port={Port} user=postgres password={Password} database=postgres sslmode=disable";

    private string Data => Path.Combine(Folder, "data");

    /// <summary>Runs a script as the superuser, by <c>psql -f</c>.</summary>
    public Task RunScriptAsync(string file) =>
        Programs.RunAsync(
            new ProcessStartInfo(
                Path.Combine(Programs.PostgresBin!, "psql"),
                ["-h", "127.0.0.1", "-p", $"{Port}", "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-q", "-f", file]
            )
            {
                Environment = { ["PGPASSWORD"] = Password },
            }
        );

    protected override async Task PrepareAsync()
    {
        var passwordFile = Path.Combine(Folder, "password");
        await File.WriteAllTextAsync(passwordFile, Password);
        Directory.CreateDirectory(Data);
        if (IsRoot)
        {
            await Programs.RunAsync(new ProcessStartInfo("chown", ["-R", "postgres", Folder]));
        }
        await Programs.RunAsync(
            AsPostgres("initdb", "-D", Data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", passwordFile, "--no-sync", "-E", "UTF8")
        );
    }

    protected override ProcessStartInfo Command() =>
        AsPostgres(
            "postgres",
            "-D",
            Data,
            "-p",
            $"{Port}",
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            "-c",
            "max_connections=200"
        );

    /// <summary>True if PostgreSQL is ready. It listens earlier, but answers a TLS request only when it is ready.</summary>
    protected override async Task<bool> AnswersAsync()
    {
        if (!await ListensAsync(new byte[] { 0, 0, 0, 8, 4, 210, 22, 47 }, "N"))
        {
            return false;
        }
        // PostgreSQL refuses log-ins with a message until recovery has ended; then it requests a password.
        byte[] body = [0, 3, 0, 0, .. "user\0postgres\0\0"u8];
        return await ListensAsync(
            new byte[] { 0, 0, 0, (byte)(body.Length + 4) }
                .Concat(body)
                .ToArray(),
            "R"
        );
    }

    /// <summary>PostgreSQL does not run as root.</summary>
    private static ProcessStartInfo AsPostgres(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs.PostgresBin!, program);
        return IsRoot
            ? new ProcessStartInfo("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments])
            : new ProcessStartInfo(path, arguments);
    }
}
