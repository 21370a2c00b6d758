using Sidecar.Components;

namespace Sidecar.Sqlite;

/// <summary>Where the file is: a name, a <c>file:</c> URI with options, or <c>:memory:</c>, as Dapr's SQLite components take it.</summary>
internal static class SqlitePath
{
    public static string Read(DriverContext context, string example)
    {
        var connection = context.Properties.Required("connectionString", example);
        var path = connection.StartsWith("file:", StringComparison.Ordinal) ? connection["file:".Length..] : connection;
        path = path.Split('?')[0];
        return path is ":memory:" or "" ? ":memory:" : context.PathOf(path);
    }
}
