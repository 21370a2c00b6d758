using System.Reflection;
using Grpc.Core;

namespace Dapr.Workflow.Connection;

/// <summary>The headers of every call: user agent, API token, trace context.</summary>
internal sealed class HubHeaders(string? apiToken)
{
    private static readonly string UserAgent = "dapr-sdk-dotnet/v"
        + typeof(HubHeaders).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;

    internal CallOptions With(CancellationToken cancellationToken)
    {
        var headers = new Metadata { { "user-agent", UserAgent } };
        if (!string.IsNullOrWhiteSpace(apiToken))
        {
            headers.Add("dapr-api-token", apiToken);
        }

        Tracing.AddTo(headers);
        return new CallOptions(headers, cancellationToken: cancellationToken);
    }
}
