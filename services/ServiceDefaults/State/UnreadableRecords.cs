using System.Collections.Concurrent;
using System.Text.Json;
using Dapr;
using Microsoft.Extensions.Logging;

namespace ServiceDefaults.State;

/// <summary>
/// Reads records of which each stands for itself, so that one that a later or a broken version has written stops no other. Such a record
/// is logged once, until it can be read again.
/// </summary>
public sealed partial class UnreadableRecords(ILogger<UnreadableRecords> logger)
{
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<string, bool> logged = new(StringComparer.Ordinal);

    /// <summary>Null if there is no record, and if it can't be read.</summary>
    public T? Read<T>(string key, StoredJson record)
        where T : class => Read<T>(key, record.As<T>, out _);

    /// <summary>Null if <paramref name="read"/> returns null or fails.</summary>
    /// <param name="read">Makes the value of the record, without any access to the store.</param>
    /// <param name="reason">Why the record can't be read; null if it can.</param>
    public T? Read<T>(string key, Func<T?> read, out string? reason)
        where T : class
    {
        try
        {
            var value = read();
            logged.TryRemove(key, out _);
            reason = null;
            return value;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            reason = $"The record '{key}' can't be read: {e.Message}";
            Report(key, e);
            return null;
        }
    }

    /// <summary>True if a read has failed because of the record, and not because the store was away.</summary>
    public static bool AreCauseOf(Exception failure) => failure is JsonException or DaprException { InnerException: JsonException };

    /// <summary>Logs a record that was found to be unreadable elsewhere.</summary>
    public void Report(string key, Exception failure)
    {
        if (logged.Count >= MaxRemembered)
        {
            logged.Clear();
        }
        if (logged.TryAdd(key, true))
        {
            LogUnreadable(failure, key);
        }
    }

    [LoggerMessage(9007, LogLevel.Error, "The record {Key} can't be read and is left out until it can")]
    private partial void LogUnreadable(Exception failure, string key);
}
