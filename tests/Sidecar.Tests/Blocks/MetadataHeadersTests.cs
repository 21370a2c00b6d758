using Sidecar.Apps;
using Sidecar.Tracing;

namespace Sidecar.Tests.Blocks;

public sealed class MetadataHeadersTests
{
    [Fact]
    public void Metadata_named_as_headers_of_gRPC_reach_an_HTTP_app_under_another_name()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://app/orders");

        MetadataHeaders.Add(
            request,
            new Dictionary<string, string>
            {
                ["grpc-timeout"] = "1S",
                ["tenant"] = "blue",
                ["key-bin"] = "AA==",
            },
            TraceContext.Off
        );

        Assert.Equal(
            ["dapr-grpc-timeout: 1S", "tenant: blue"],
            request.Headers.Select(header => $"{header.Key}: {string.Join(',', header.Value)}").Order(StringComparer.Ordinal)
        );
    }
}
