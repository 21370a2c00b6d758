using System.Globalization;
using System.Text;
using Npgsql;

namespace Sidecar.Postgres;

/// <summary>
/// Connection strings as PostgreSQL's own tools and daprd read them: a URL, or <c>key=value</c> pairs apart by blanks with values in single
/// quotes where needed.
/// </summary>
internal static class PostgresConnectionString
{
    private static readonly string[] WithoutEffect =
    [
        "pool_min_conns",
        "pool_max_conn_lifetime",
        "pool_max_conn_idle_time",
        "pool_health_check_period",
        "pool_max_conn_lifetime_jitter",
        "default_query_exec_mode",
        "statement_cache_capacity",
        "description_cache_capacity",
        "target_session_attrs",
        "fallback_application_name",
    ];

    /// <summary>
    /// Parameters of the session, which daprd passes on to the server. It passes on every name; here a misspelt one is reported instead.
    /// </summary>
    private static readonly string[] SessionParameters =
    [
        "bytea_output",
        "client_min_messages",
        "datestyle",
        "default_transaction_deferrable",
        "default_transaction_isolation",
        "default_transaction_read_only",
        "extra_float_digits",
        "idle_in_transaction_session_timeout",
        "idle_session_timeout",
        "intervalstyle",
        "jit",
        "lock_timeout",
        "role",
        "row_security",
        "statement_timeout",
        "synchronous_commit",
        "transaction_timeout",
        "work_mem",
    ];

    public static IEnumerable<KeyValuePair<string, string>> Parse(string text, Action<string> report)
    {
        if (text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal))
        {
            return Url(text, report);
        }
        return Pairs(text, report);
    }

    public static void Apply(NpgsqlConnectionStringBuilder builder, string name, string value, Action<string> report)
    {
        switch (name)
        {
            case "host" or "hostaddr":
                builder.Host = value;
                break;
            case "port" when Number(value) is { } port:
                builder.Port = port;
                break;
            case "user":
                builder.Username = value;
                break;
            case "password":
                builder.Password = value;
                break;
            case "database" or "dbname":
                builder.Database = value;
                break;
            case "sslmode" when Mode(value) is { } mode:
                builder.SslMode = mode;
                break;
            case "sslrootcert":
                builder.RootCertificate = value;
                break;
            case "sslcert":
                builder.SslCertificate = value;
                break;
            case "sslkey":
                builder.SslKey = value;
                break;
            case "sslpassword":
                builder.SslPassword = value;
                break;
            case "connect_timeout" when Number(value) is { } seconds:
                builder.Timeout = seconds;
                break;
            case "application_name":
                builder.ApplicationName = value;
                break;
            case "search_path":
                builder.SearchPath = value;
                break;
            case "timezone":
                builder.Timezone = value;
                break;
            case "options":
                AddOptions(builder, value);
                break;
            case "pool_max_conns" when Number(value) is > 0 and var most:
                builder.MaxPoolSize = most;
                break;
            case var _ when name.Contains('.', StringComparison.Ordinal) || SessionParameters.Contains(name, StringComparer.Ordinal):
                AddOptions(builder, $"-c {name}={Escaped(value)}");
                break;
            default:
                if (!WithoutEffect.Contains(name, StringComparer.Ordinal))
                {
                    report($"'{name}={(name == "password" ? "…" : value)}' in the connection string is not understood");
                }
                break;
        }
    }

    private static void AddOptions(NpgsqlConnectionStringBuilder builder, string options) =>
        builder.Options = string.IsNullOrEmpty(builder.Options) ? options : $"{builder.Options} {options}";

    /// <summary>The server separates options by blanks.</summary>
    private static string Escaped(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(" ", "\\ ", StringComparison.Ordinal);

    private static List<KeyValuePair<string, string>> Url(string text, Action<string> report)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            report("the connection string is no valid URL; right would be postgres://user:password@localhost:5432/database");
            return [];
        }
        var found = new List<KeyValuePair<string, string>>();
        void Add(string name, string value)
        {
            if (value.Length > 0)
            {
                found.Add(new(name, Uri.UnescapeDataString(value)));
            }
        }
        var user = url.UserInfo.Split(':', 2);
        Add("user", user[0]);
        Add("password", user.Length > 1 ? user[1] : "");
        Add("host", url.Host);
        Add("port", url.Port > 0 ? url.Port.ToString(CultureInfo.InvariantCulture) : "");
        Add("database", url.AbsolutePath.TrimStart('/'));
        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)))
        {
            Add(pair[0], pair.Length > 1 ? pair[1].Replace('+', ' ') : "");
        }
        return found;
    }

    private static List<KeyValuePair<string, string>> Pairs(string text, Action<string> report)
    {
        var found = new List<KeyValuePair<string, string>>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }
            if (at == text.Length)
            {
                return found;
            }
            var equals = text.IndexOf('=', at);
            if (equals < 0)
            {
                report(
                    $"the connection string has no value for '{text[at..].Trim()}'; right would be \"host=localhost "
                        + "user=postgres password=secret database=orders\""
                );
                return found;
            }
            var name = text[at..equals].Trim().ToLowerInvariant();
            found.Add(new(name, Value(text, equals + 1, out at)));
        }
    }

    private static string Value(string text, int at, out int end)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
        var quoted = at < text.Length && text[at] == '\'';
        at += quoted ? 1 : 0;
        var value = new StringBuilder();
        while (at < text.Length && (quoted ? text[at] != '\'' : !char.IsWhiteSpace(text[at])))
        {
            at += text[at] == '\\' && at + 1 < text.Length ? 1 : 0;
            value.Append(text[at++]);
        }
        end = quoted && at < text.Length ? at + 1 : at;
        return value.ToString();
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static SslMode? Mode(string text) =>
        text switch
        {
            "disable" => SslMode.Disable,
            "allow" => SslMode.Allow,
            "prefer" => SslMode.Prefer,
            "require" => SslMode.Require,
            "verify-ca" => SslMode.VerifyCA,
            "verify-full" => SslMode.VerifyFull,
            _ => null,
        };
}
