using System.Text.Json;
using EndToEnd.Systems;
using Microsoft.Data.Sqlite;

namespace EndToEnd.Orders;

/// <summary>What the payment provider has booked for an order.</summary>
internal sealed record Booking(string OrderId, long Amount, bool Captured, bool Refunded)
{
    public long Kept => Captured && !Refunded ? Amount : 0;
}

internal sealed record ShipmentBooking(string OrderId, string Status);

/// <summary>What the services have on disk and the public API does not show: the provider's books and the shipments.</summary>
internal sealed class Books(SystemFolder folder)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public IReadOnlyDictionary<string, Booking> Payments() => Read<Booking>("payments_provider").ToDictionary(booking => booking.OrderId);

    public IReadOnlyDictionary<string, ShipmentBooking> Shipments() => Read<ShipmentBooking>("shipping_store").ToDictionary(booking => booking.OrderId);

    private List<T> Read<T>(string table)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = folder.In("data/platform.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT CAST(value AS TEXT) FROM {table}";
        using var rows = command.ExecuteReader();
        var found = new List<T>();
        while (rows.Read())
        {
            found.Add(JsonSerializer.Deserialize<T>(rows.GetString(0), Web)!);
        }
        return found;
    }
}
