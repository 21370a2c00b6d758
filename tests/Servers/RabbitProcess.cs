using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Servers;

/// <summary>A broker with several virtual hosts, which separate tests with the same exchange names.</summary>
public sealed class RabbitProcess : ServerProcess
{
    public const string Password = "secret";

    /// <summary>Number of virtual hosts. Each one prolongs the broker's start.</summary>
    public int VirtualHosts { get; init; } = 1;

    private readonly int distributionPort = FreePort();
    private readonly int epmdPort = FreePort();

    public static string? Missing => Programs.Rabbit is null ? "needs rabbitmq-server (Debian package rabbitmq-server)" : null;

    public string ConnectionString(int virtualHost = 0) => $"amqp://tests:{Password}@127.0.0.1:{Port}/v{virtualHost}";

    protected override async Task PrepareAsync()
    {
        var hosts = Enumerable.Range(0, VirtualHosts).Select(number => $"v{number}").Append("/").ToList();
        var definitions = new
        {
            users = new[]
            {
                new
                {
                    name = "tests",
                    password_hash = Hash(Password),
                    hashing_algorithm = "rabbit_password_hashing_sha256",
                    tags = "administrator",
                },
            },
            vhosts = hosts.Select(name => new { name }),
            permissions = hosts.Select(vhost => new
            {
                user = "tests",
                vhost,
                configure = ".*",
                write = ".*",
                read = ".*",
            }),
        };
        await File.WriteAllTextAsync(In("definitions.json"), JsonSerializer.Serialize(definitions));
        await File.WriteAllTextAsync(
            In("rabbitmq.conf"),
            $"listeners.tcp.1 = 127.0.0.1:{Port}\nload_definitions = {In("definitions.json")}\nlog.console = true\n"
        );
        await File.WriteAllTextAsync(In("plugins"), "[].");
    }

    protected override ProcessStartInfo Command()
    {
        var start = new ProcessStartInfo(Programs.Rabbit!) { WorkingDirectory = Folder };
        foreach (
            var (name, value) in new Dictionary<string, string>
            {
                ["HOME"] = Folder,
                ["RABBITMQ_NODENAME"] = $"tests{Port}@localhost",
                ["RABBITMQ_DIST_PORT"] = $"{distributionPort}",
                ["ERL_EPMD_PORT"] = $"{epmdPort}",
                ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
                ["RABBITMQ_CONFIG_FILE"] = In("rabbitmq.conf"),
                ["RABBITMQ_CONF_ENV_FILE"] = In("none"),
                ["RABBITMQ_ENABLED_PLUGINS_FILE"] = In("plugins"),
                ["RABBITMQ_MNESIA_BASE"] = In("data"),
                ["RABBITMQ_LOG_BASE"] = In("log"),
                ["RABBITMQ_PID_FILE"] = In("pid"),
                ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+sbwt none +sbwtdcpu none +sbwtdio none", // idle schedulers sleep, not spin
            }
        )
        {
            start.Environment[name] = value;
        }
        return start;
    }

    protected override Task<bool> AnswersAsync() => ListensAsync("AMQP\0\0\u0009\u0001"u8.ToArray(), null);

    /// <summary>Ends Erlang's port mapper, which outlives the node that started it. No other node uses its port.</summary>
    protected override string? EndHelper => $"epmd -port {epmdPort} -kill";

    private string In(string name) => Path.Combine(Folder, name);

    private static string Hash(string password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(4);
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
    }
}
