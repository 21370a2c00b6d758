using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using Sidecar.Go;
using Sidecar.Postgres;

namespace Sidecar.Bindings.Drivers;

/// <summary>
/// <c>bindings.postgresql</c>: runs the statement of the request's metadata, <c>sql</c>, with the values of <c>params</c>, a JSON array.
/// Source: Dapr docs, "PostgreSQL binding spec".
/// </summary>
internal sealed class PostgresBinding(PostgresServer server, TimeProvider time) : IOutputBinding
{
    private const string Exec = "exec";
    private const string Query = "query";
    private const string Close = "close";

    private volatile bool closed;

    public IReadOnlyList<string> Operations { get; } = [Exec, Query, Close];

    /// <exception cref="InvalidOperationException">
    /// The request is incomplete, or was made after <c>close</c>, or the server refuses the statement.
    /// </exception>
    /// <exception cref="NpgsqlException">The server can't be reached.</exception>
    public async Task<BindingReply> InvokeAsync(BindingCall call, CancellationToken cancellation)
    {
        if (call.Operation == Close)
        {
            closed = true;
            return BindingReply.None;
        }
        if (closed)
        {
            throw new InvalidOperationException("component is closed");
        }
        var sql = call.Metadata.GetValueOrDefault("sql") is { Length: > 0 } given
            ? given
            : throw new InvalidOperationException("required metadata not set: sql");
        var begun = time.GetUtcNow();
        await using var command = server.Source.CreateCommand(sql);
        foreach (var value in Values(call.Metadata.GetValueOrDefault("params")))
        {
            // of no type: the server takes the one that the statement demands
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Unknown, Value = value ?? (object)DBNull.Value });
        }
        var metadata = new Dictionary<string, string>
        {
            ["operation"] = call.Operation,
            ["sql"] = sql,
            ["start-time"] = Time(begun),
        };
        ReadOnlyMemory<byte> data = default;
        try
        {
            if (call.Operation == Exec)
            {
                var affected = Math.Max(0, await command.ExecuteNonQueryAsync(cancellation));
                metadata["rows-affected"] = affected.ToString(CultureInfo.InvariantCulture);
            }
            else
            {
                data = await RowsAsync(command, cancellation);
            }
        }
        catch (PostgresException e)
        {
            throw new InvalidOperationException($"error executing query: {e.Severity}: {e.MessageText} (SQLSTATE {e.SqlState})", e);
        }
        var ended = time.GetUtcNow();
        metadata["end-time"] = Time(ended);
        metadata["duration"] = GoDuration.Text(ended - begun);
        return new BindingReply(data, metadata);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static IEnumerable<string?> Values(string? json)
    {
        if (json is not { Length: > 0 })
        {
            return [];
        }
        try
        {
            return [.. (JsonSerializer.Deserialize<JsonElement[]>(json) ?? []).Select(Text)];
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"invalid metadata property params: failed to unserialize into an array: {e.Message}", e);
        }
    }

    private static string? Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => value.GetString(),
            _ => value.GetRawText(),
        };

    /// <summary>The rows as a JSON array of arrays.</summary>
    private static async Task<ReadOnlyMemory<byte>> RowsAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var rows = new JsonArray();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var row = new JsonArray();
            for (var column = 0; column < reader.FieldCount; column++)
            {
                row.Add(
                    await reader.IsDBNullAsync(column, cancellation) ? null : Json(reader.GetDataTypeName(column), Value(reader, column))
                );
            }
            rows.Add(row);
        }
        return GoJson.Encode(JsonSerializer.SerializeToElement(rows), exact: true);
    }

    /// <summary>An interval is read with its months, which a <see cref="TimeSpan"/> can't contain.</summary>
    private static object Value(NpgsqlDataReader reader, int column) =>
        reader.GetFieldType(column) == typeof(TimeSpan) ? reader.GetFieldValue<NpgsqlInterval>(column) : reader.GetValue(column);

    /// <summary>
    /// A value as daprd writes it: a UUID is the array of its 16 bytes, a moment has RFC 3339's format, an interval and a time of day are
    /// Go's structures.
    /// </summary>
    private static JsonNode? Json(string type, object value) =>
        value switch
        {
            bool flag => JsonValue.Create(flag),
            short or int or long => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
            float number => JsonValue.Create(number),
            double number => JsonValue.Create(number),
            decimal number => JsonValue.Create(number),
            string text when type is "json" or "jsonb" => JsonNode.Parse(text),
            string text => JsonValue.Create(text),
            byte[] bytes => JsonValue.Create(Convert.ToBase64String(bytes)),
            Guid id => new JsonArray([.. id.ToByteArray(bigEndian: true).Select(one => (JsonNode?)JsonValue.Create((int)one))]),
            DateOnly day => JsonValue.Create(Time(new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero))),
            DateTime moment => JsonValue.Create(Time(new DateTimeOffset(DateTime.SpecifyKind(moment, DateTimeKind.Utc)))),
            NpgsqlInterval interval => new JsonObject
            {
                ["Microseconds"] = interval.Time,
                ["Days"] = interval.Days,
                ["Months"] = interval.Months,
                ["Valid"] = true,
            },
            TimeOnly clock => new JsonObject { ["Microseconds"] = clock.Ticks / TimeSpan.TicksPerMicrosecond, ["Valid"] = true },
            Array items => new JsonArray([
                .. items.Cast<object?>().Select(item => item is null ? null : Json(type.TrimEnd('[', ']'), item)),
            ]),
            _ => JsonValue.Create(Convert.ToString(value, CultureInfo.InvariantCulture)),
        };

    private static string Time(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
