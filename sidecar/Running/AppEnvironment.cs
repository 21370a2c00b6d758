using System.Globalization;
using Sidecar.Apps;

namespace Sidecar.Running;

/// <summary>The variables by which an app finds its sidecar. Source: Dapr docs, "Environment variable reference".</summary>
internal static class AppEnvironment
{
    private const string ChannelAddress = "APP_CHANNEL_ADDRESS";

    public static IEnumerable<KeyValuePair<string, string>> Of(AppOptions options)
    {
        yield return new("APP_ID", options.AppId);
        yield return new("APP_PROTOCOL", options.AppProtocol);
        yield return new("DAPR_HTTP_PORT", Text(options.HttpPort));
        yield return new("DAPR_GRPC_PORT", Text(options.GrpcPort));
        yield return new("DAPR_HTTP_ENDPOINT", $"http://127.0.0.1:{Text(options.HttpPort)}");
        yield return new("DAPR_GRPC_ENDPOINT", $"http://127.0.0.1:{Text(options.GrpcPort)}");
        if (options.AppPort > 0)
        {
            yield return new("APP_PORT", Text(options.AppPort));
        }
        if (options.MetricsPort > 0)
        {
            yield return new("DAPR_METRICS_PORT", Text(options.MetricsPort));
        }
        if (options.ApiToken is { } api)
        {
            yield return new("DAPR_API_TOKEN", api);
        }
        if (options.AppApiToken is { } app)
        {
            yield return new("APP_API_TOKEN", app);
        }
    }

    /// <summary>
    /// Adds the address of the app's channel to <paramref name="own"/>, the variables of the app, which come first. Dapr's CLI sets it if
    /// the template names one.
    /// </summary>
    public static IReadOnlyDictionary<string, string> WithChannel(IReadOnlyDictionary<string, string> own, string? address) =>
        address is null || own.ContainsKey(ChannelAddress)
            ? own
            : new Dictionary<string, string>(own, StringComparer.Ordinal) { [ChannelAddress] = address };

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
