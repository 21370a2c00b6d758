using Microsoft.Extensions.Time.Testing;
using Sidecar.Logging;

namespace Sidecar.Tests.Blocks;

/// <summary>Lines of the log, to the letter.</summary>
public sealed class DaprdLogTests
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "\"\"")]
    [InlineData("two words", "\"two words\"")]
    [InlineData("a \"b\" \\ c\nd\te\u0001", "\"a \\\"b\\\" \\\\ c\\nd\\te\\x01\"")]
    [InlineData("/dapr.proto.runtime.v1.Dapr/GetState", "/dapr.proto.runtime.v1.Dapr/GetState")]
    public void Log_values_are_quoted_only_if_necessary(string message, string written)
    {
        var line = new DaprdLog("me", "1.18.3", asJson: false, time, TextWriter.Null).Line(
            LogLevel.Warning,
            "Sidecar.Hosting.AppSidecar",
            message,
            [new("code", 204L)]
        );
        Assert.StartsWith(
            $"time=\"2026-01-02T03:04:05.0000000Z\" level=warning msg={written} app_id=me code=204 instance=",
            line,
            StringComparison.Ordinal
        );
        Assert.EndsWith("scope=dapr.runtime.hosting type=log ver=1.18.3", line, StringComparison.Ordinal);
    }

    [Fact]
    public void JSON_logs_have_sorted_keys_and_unquoted_numbers()
    {
        var line = new DaprdLog("me", "1.18.3", asJson: true, time, TextWriter.Null).Line(
            LogLevel.Information,
            "dapr.runtime.http-info",
            "say \"hi\"",
            [new("code", 204L)]
        );
        Assert.StartsWith("{\"app_id\":\"me\",\"code\":204,\"instance\":", line, StringComparison.Ordinal);
        Assert.EndsWith(
            "\"level\":\"info\",\"msg\":\"say \\\"hi\\\"\",\"scope\":\"dapr.runtime.http-info\",\"time\":\"2026-01-02T03:04:05.0000000Z\",\"type\":\"log\",\"ver\":\"1.18.3\"}",
            line,
            StringComparison.Ordinal
        );
    }
}
