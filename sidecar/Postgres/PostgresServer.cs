using System.Net.Sockets;
using Npgsql;

namespace Sidecar.Postgres;

/// <summary>The pool of connections to one database, shared by all components of this process that name it alike.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private static readonly Lock OpenGate = new();
    private static readonly Dictionary<string, PostgresServer> Open = [];

    private readonly PostgresSettings settings;
    private int users = 1; // guarded by OpenGate

    private PostgresServer(PostgresSettings settings)
    {
        this.settings = settings;
        Source = NpgsqlDataSource.Create(settings.ConnectionString);
        try
        {
            using var connection = Source.OpenConnection();
        }
        catch (NpgsqlException e)
        {
            Source.Dispose();
            throw new InvalidOperationException(Reason(e), e);
        }
    }

    /// <summary>Its connections are used again as they are left: nothing may change their session.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>A connection outside of the pool, whose session ends with it.</summary>
    public async Task<NpgsqlConnection> OpenSessionAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        return connection;
    }

    /// <exception cref="InvalidOperationException">The server can't be reached, or does not let us in.</exception>
    public static PostgresServer At(PostgresSettings settings)
    {
        lock (OpenGate)
        {
            if (Open.TryGetValue(settings.ConnectionString, out var known))
            {
                known.users++;
                return known;
            }
            return Open[settings.ConnectionString] = new PostgresServer(settings);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (OpenGate)
        {
            if (--users > 0)
            {
                return;
            }
            Open.Remove(settings.ConnectionString);
        }
        await Source.DisposeAsync();
    }

    private string Reason(NpgsqlException failure) => failure switch
    {
        PostgresException refused => $"PostgreSQL at {settings.Address} refuses: {refused.MessageText}; correct user, password or database of connectionString",
        { InnerException: SocketException or TimeoutException } => $"no PostgreSQL answers at {settings.Address}; start it, or correct host and port of connectionString",
        _ => $"PostgreSQL at {settings.Address}: {failure.Message}",
    };
}
