using System.Text.Json;
using Sidecar.Apps;
using Sidecar.Go;
using Sidecar.Resiliency;

namespace Sidecar.ConfigurationStores;

/// <summary>
/// Notifies an app of changes to the items that it follows over HTTP: <c>POST /configuration/{store}/{key}</c>, under the store's inbound
/// policy. Source: Dapr docs, "Configuration API reference", and daprd, which retries after every status but 200.
/// </summary>
internal sealed partial class AppNotifier(
    string store,
    IAppChannel channel,
    PolicyBook policies,
    CancellationToken stopping,
    ILogger logger
)
{
    public async Task NotifyAsync(string id, string key, ConfigurationItem item, CancellationToken ending)
    {
        var call = new InvocationCall("POST", $"configuration/{store}/{key}", "", "application/json", Body(id, key, item), []);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ending, stopping);
        try
        {
            var answer = await policies
                .Inbound(store, ComponentKind.Configuration)
                .RunAsync(async limit => new Answer((await channel.InvokeAsync(call, limit)).Status), either.Token);
            if (answer.Failed)
            {
                LogRefused(key, store, answer.Status);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !either.IsCancellationRequested)
        {
            // Without a policy the app is notified once, as in daprd; it can read the item at any time.
            LogFailed(e, key, store);
        }
    }

    private static ReadOnlyMemory<byte> Body(string id, string key, ConfigurationItem item)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, GoJsonEncoder.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("id", id);
            writer.WriteStartObject("items");
            writer.WritePropertyName(key);
            Write(writer, item);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <summary>An item in the format of the API, without empty members.</summary>
    public static void Write(Utf8JsonWriter writer, ConfigurationItem item)
    {
        writer.WriteStartObject();
        if (item.Value.Length > 0)
        {
            writer.WriteString("value", item.Value);
        }
        if (item.Version.Length > 0)
        {
            writer.WriteString("version", item.Version);
        }
        if (item.Metadata.Count > 0)
        {
            writer.WriteStartObject("metadata");
            foreach (var (name, value) in item.Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            {
                writer.WriteString(name, value);
            }
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    /// <summary>Has no code that retry rules compare, as in daprd.</summary>
    private sealed record Answer(int Status) : IFallible
    {
        public bool Failed => Status != 200;

        int? IFallible.Code => null;
    }

    [LoggerMessage(2601, LogLevel.Error, "The app answered {Status} to a change of configuration item {Key} of {Store}")]
    private partial void LogRefused(string key, string store, int status);

    [LoggerMessage(2602, LogLevel.Error, "The app could not be notified of a change of configuration item {Key} of {Store}")]
    private partial void LogFailed(Exception failure, string key, string store);
}
