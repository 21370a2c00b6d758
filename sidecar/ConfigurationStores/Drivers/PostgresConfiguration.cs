using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;
using Sidecar.Loops;
using Sidecar.Postgres;

namespace Sidecar.ConfigurationStores.Drivers;

/// <summary>
/// <c>configuration.postgresql</c> on a table that the operator creates (key, value, version, metadata), with a trigger that notifies of
/// changes. Of several versions of a key the highest number counts.
/// </summary>
internal sealed partial class PostgresConfiguration(
    PostgresServer server,
    string table,
    string? notifyChannel,
    TimeProvider time,
    ILogger logger
) : IConfigurationStore
{
    private PostgresServer Server => server;

    private TimeProvider Time => time;

    private ILogger Logger => logger;

    /// <exception cref="InvalidOperationException">The table is missing.</exception>
    public async Task DemandAsync(CancellationToken cancellation)
    {
        await using var command = server.Source.CreateCommand("SELECT to_regclass($1) IS NOT NULL");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = table });
        if (await command.ExecuteScalarAsync(cancellation) is not true)
        {
            throw new InvalidOperationException(
                $"postgreSQL configuration table '{table}' does not exist; create it with the columns key, value, version and "
                    + "metadata, or correct 'table'"
            );
        }
    }

    public async Task<IReadOnlyDictionary<string, ConfigurationItem>> GetAsync(ConfigurationRequest request, CancellationToken cancellation)
    {
        if (request.Keys.FirstOrDefault(key => !AllowedKey().IsMatch(key)) is { } illegal)
        {
            throw new ArgumentException($"invalid key : '{illegal}'");
        }
        await using var command = server.Source.CreateCommand(
            $"SELECT key, value, version, metadata::text FROM {table}{(request.Keys.Count > 0 ? " WHERE key = ANY($1)" : "")}"
        );
        if (request.Keys.Count > 0)
        {
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. request.Keys] });
        }
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<string, ConfigurationItem>(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellation))
        {
            var item = new ConfigurationItem(
                row.GetString(1),
                row.GetString(2),
                row.IsDBNull(3) ? new Dictionary<string, string>() : Texts(JsonDocument.Parse(row.GetString(3)).RootElement)
            );
            if (!found.TryGetValue(row.GetString(0), out var known) || VersionOf(item) > VersionOf(known))
            {
                found[row.GetString(0)] = item;
            }
        }
        return found;
    }

    public async Task<IAsyncDisposable> SubscribeAsync(
        ConfigurationRequest request,
        ConfigurationHandler handler,
        CancellationToken cancellation
    )
    {
        var channel = notifyChannel
            ?? request.Metadata.FirstOrDefault(item => item.Key.Equals("pgNotifyChannel", StringComparison.OrdinalIgnoreCase)).Value;
        if (string.IsNullOrEmpty(channel))
        {
            throw new ArgumentException(
                $"unable to subscribe to \"{table}\". notifyChannel must be set in component metadata or request metadata"
            );
        }
        if (!AllowedChannel().IsMatch(channel))
        {
            throw new ArgumentException(
                $"invalid notifyChannel name \"{channel}\". non-alphanumerics or upper cased names are not supported"
            );
        }
        var listener = new Listener(this, channel, request, handler);
        await listener.StartAsync(cancellation);
        return listener;
    }

    public string UnknownSubscription(string id) => $"unable to find subscription with ID : {id}";

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static int VersionOf(ConfigurationItem item) => int.TryParse(item.Version, out var number) ? number : -1;

    private static Dictionary<string, string> Texts(JsonElement json) =>
        json.ValueKind != JsonValueKind.Object
            ? []
            : json.EnumerateObject().ToDictionary(item => item.Name, item => item.Value.ToString(), StringComparer.Ordinal);

    /// <summary>A connection that waits for notifications and reconnects after a loss.</summary>
    private sealed class Listener(PostgresConfiguration store, string channel, ConfigurationRequest request, ConfigurationHandler handler)
        : IAsyncDisposable
    {
        private readonly Queue<string> notifications = new(); // filled and emptied by the connection's one reader
        private BackgroundLoop? waiting;

        public async Task StartAsync(CancellationToken cancellation)
        {
            NpgsqlConnection? first = await ListenAsync(cancellation);
            waiting = BackgroundLoop.Start(
                $"Listening to {channel}",
                stopping => WaitAsync(Interlocked.Exchange(ref first, null), stopping),
                store.Time,
                store.Logger
            );
        }

        public async ValueTask DisposeAsync()
        {
            await (waiting?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        private async Task<NpgsqlConnection> ListenAsync(CancellationToken cancellation)
        {
            var connection = await store.Server.OpenSessionAsync(cancellation);
            try
            {
                connection.Notification += (_, notification) => notifications.Enqueue(notification.Payload);
                await using var command = new NpgsqlCommand($"LISTEN {channel}", connection);
                await command.ExecuteNonQueryAsync(cancellation);
                return connection;
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }

        private async Task WaitAsync(NpgsqlConnection? opened, CancellationToken stopping)
        {
            await using var connection = opened ?? await ListenAsync(stopping);
            while (true)
            {
                await connection.WaitAsync(stopping);
                while (notifications.TryDequeue(out var payload))
                {
                    await NotifyAsync(payload);
                }
            }
        }

        private async Task NotifyAsync(string payload)
        {
            try
            {
                using var json = JsonDocument.Parse(payload);
                if (
                    json.RootElement.ValueKind == JsonValueKind.Object
                    && json.RootElement.TryGetProperty("data", out var row)
                    && row.ValueKind == JsonValueKind.Object
                    && Field(row, "key") is { Length: > 0 } key
                    && request.Includes(key)
                )
                {
                    var metadata = row.EnumerateObject()
                        .FirstOrDefault(member => member.Name.Equals("metadata", StringComparison.OrdinalIgnoreCase))
                        .Value;
                    await handler(key, new ConfigurationItem(Field(row, "value"), Field(row, "version"), Texts(metadata)));
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                store.LogNotifyFailed(e, channel);
            }
        }

        private static string Field(JsonElement row, string name) =>
            row.EnumerateObject().FirstOrDefault(member => member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value
                is { ValueKind: not JsonValueKind.Undefined and not JsonValueKind.Null } value
                ? value.ToString()
                : "";
    }

    [GeneratedRegex("^[a-zA-Z0-9./_]*$")]
    private static partial Regex AllowedKey();

    [GeneratedRegex("^[a-z0-9./_]{1,63}$")]
    private static partial Regex AllowedChannel();

    [LoggerMessage(2622, LogLevel.Error, "A notification of {Channel} could not be delivered")]
    private partial void LogNotifyFailed(Exception failure, string channel);
}
