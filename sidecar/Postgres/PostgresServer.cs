using System.Net.Sockets;
using Npgsql;
using Sidecar.Components;

namespace Sidecar.Postgres;

/// <summary>The connection pool to one database, shared by all components of this process with the same settings.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private static readonly SharedByKey<Task<PostgresServer>> Open = new();

    private readonly PostgresSettings settings;

    private PostgresServer(NpgsqlDataSource source, PostgresSettings settings) => (Source, this.settings) = (source, settings);

    /// <summary>Its connections are reused without a reset: no command may change their session.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>Opens a connection outside of the pool, whose session ends with it.</summary>
    public async Task<NpgsqlConnection> OpenSessionAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false }.ConnectionString
        );
        await connection.OpenAsync(cancellation);
        return connection;
    }

    /// <exception cref="InvalidOperationException">The server cannot be reached, or refuses the login.</exception>
    public static Task<PostgresServer> AtAsync(PostgresSettings settings) =>
        Open.JoinAsync(settings.ConnectionString, () => ConnectAsync(settings));

    public async ValueTask DisposeAsync()
    {
        if (Open.Leave(settings.ConnectionString))
        {
            await Source.DisposeAsync();
        }
    }

    private static async Task<PostgresServer> ConnectAsync(PostgresSettings settings)
    {
        var source = NpgsqlDataSource.Create(settings.ConnectionString);
        try
        {
            await using var connection = await source.OpenConnectionAsync();
            return new PostgresServer(source, settings);
        }
        catch (NpgsqlException e)
        {
            await source.DisposeAsync();
            throw new InvalidOperationException(Reason(e, settings), e);
        }
    }

    private static string Reason(NpgsqlException failure, PostgresSettings settings) =>
        failure switch
        {
            PostgresException refused =>
                $"PostgreSQL at {settings.Address} refuses: {refused.MessageText}; correct user, password or database of connectionString",
            { InnerException: SocketException or TimeoutException } =>
                $"no PostgreSQL answers at {settings.Address}; start it, or correct host and port of connectionString",
            _ => $"PostgreSQL at {settings.Address}: {failure.Message}",
        };
}
