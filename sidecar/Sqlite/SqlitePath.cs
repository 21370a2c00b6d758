using Sidecar.Components;

namespace Sidecar.Sqlite;

/// <summary>
/// The location of the file: a name, a <c>file:</c> URI with options, or <c>:memory:</c>, as in Dapr's SQLite components.
/// </summary>
internal static class SqlitePath
{
    public const string InMemory = ":memory:";

    public static string Read(DriverContext context, string example)
    {
        var connection = context.Properties.Text("connectionString", "url") is { Length: > 0 } given
            ? given
            : context.Properties.Required("connectionString", example);
        return Of(connection, context.PathOf);
    }

    public static string Of(string connection, Func<string, string> locate)
    {
        var path = connection.StartsWith("file:", StringComparison.Ordinal) ? connection["file:".Length..] : connection;
        path = path.Split('?')[0];
        return path is InMemory or "" ? InMemory : locate(path);
    }
}
