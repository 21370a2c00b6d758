using System.Text.Json;
using Microsoft.Extensions.Logging;
using ServiceDefaults.State;

namespace ServiceDefaults.Tests;

public sealed class UnreadableRecordsTests
{
    private readonly Lines lines = new();
    private readonly UnreadableRecords records;

    public UnreadableRecordsTests() => records = new UnreadableRecords(lines);

    [Fact]
    public void A_record_that_can_not_be_read_is_left_out_with_its_reason()
    {
        Assert.Null(records.Read<string>("order-1", () => throw new JsonException("an unknown type"), out var reason));
        Assert.Equal("The record 'order-1' can't be read: an unknown type", reason);
    }

    [Fact]
    public void An_unreadable_record_is_logged_once_with_its_key_until_it_can_be_read_again()
    {
        var broken = new StoredJson("7", "1");
        records.Read<string>("order-1", broken);
        records.Read<string>("order-1", broken);
        records.Read<string>("order-2", broken);
        Assert.Equal(2, lines.Written.Count);
        Assert.Contains("order-1", lines.Written[0], StringComparison.Ordinal);

        Assert.Equal("mended", records.Read<string>("order-1", new StoredJson("\"mended\"", "2")));
        records.Read<string>("order-1", broken);
        Assert.Equal(3, lines.Written.Count);
    }

    [Fact]
    public void A_missing_record_is_neither_read_nor_logged()
    {
        Assert.Null(records.Read<string>("order-1", StoredJson.Missing));
        Assert.Empty(lines.Written);
    }

    private sealed class Lines : ILogger<UnreadableRecords>
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Written.Add(formatter(state, exception));
    }
}
