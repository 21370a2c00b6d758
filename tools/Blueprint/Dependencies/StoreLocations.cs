using Sidecar.Resources;
using Sidecar.Running;

namespace Blueprint.Dependencies;

/// <summary>
/// Finds the database and the table of a state store in the metadata of its component. The defaults are those of the sidecar's drivers.
/// </summary>
internal static class StoreLocations
{
    /// <param name="owner">The app whose folder resolves a relative path.</param>
    public static StoreLocation? Of(Component store, RunApp? owner, string root) =>
        store.Type switch
        {
            "state.sqlite" => new StoreLocation(
                SqliteFile(Text(store, "connectionString") ?? "data.db", owner, root),
                Text(store, "tableName") ?? "state"
            ),
            "state.postgresql" => new StoreLocation(
                PostgresDatabase(Text(store, "connectionString") ?? ""),
                store.Version == "v1" ? Text(store, "tableName") ?? "state" : $"{Text(store, "tablePrefix")}state"
            ),
            // A Redis server has no tables: stores share it by key prefix, and an ACL keeps an app to its own.
            "state.redis" => new StoreLocation(
                $"{Text(store, "redisHost")}/{Text(store, "redisDB") ?? "0"}",
                KeyPrefixOf(store, owner),
                MayShareDatabase: true
            ),
            _ => null,
        };

    private static string KeyPrefixOf(Component store, RunApp? owner) =>
        Text(store, "keyPrefix")?.ToLowerInvariant() switch
        {
            null or "" or "appid" or "namespace" => owner?.Options.AppId ?? "",
            "name" => store.Name,
            "none" => "",
            var custom => custom,
        };

    private static string SqliteFile(string connection, RunApp? owner, string root)
    {
        var path = (connection.StartsWith("file:", StringComparison.Ordinal) ? connection["file:".Length..] : connection).Split('?')[0];
        return Path.GetRelativePath(root, Path.GetFullPath(path, owner?.Directory ?? root)).Replace('\\', '/');
    }

    /// <summary>Server and database, without user and password: two users of one database still share it.</summary>
    private static string PostgresDatabase(string connection)
    {
        if (Uri.TryCreate(connection, UriKind.Absolute, out var uri) && uri.Scheme is "postgres" or "postgresql")
        {
            return $"{uri!.Host}:{(uri.Port > 0 ? uri.Port : 5432)}{uri.AbsolutePath}";
        }
        var words = connection
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Split('=', 2))
            .Where(word => word.Length == 2)
            .GroupBy(word => word[0], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(word => word.Key, word => word.Last()[1], StringComparer.OrdinalIgnoreCase);
        var database = words.GetValueOrDefault("database") ?? words.GetValueOrDefault("dbname") ?? words.GetValueOrDefault("user", "");
        return words.Count == 0
            ? connection
            : $"{words.GetValueOrDefault("host", "localhost")}:{words.GetValueOrDefault("port", "5432")}/{database}";
    }

    /// <summary>
    /// A value, or the name of the secret or variable that holds it: stores that take the same one are in the same place.
    /// </summary>
    private static string? Text(Component store, string name) =>
        store.Metadata.FirstOrDefault(item => item.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) switch
        {
            null => null,
            { SecretKeyRef: { } secret } => $"secret {secret.Name}/{secret.Key}",
            { EnvRef: { } variable } => $"variable {variable}",
            var item => item.Value,
        };
}
