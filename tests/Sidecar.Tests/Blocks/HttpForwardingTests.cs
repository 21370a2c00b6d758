using Sidecar.Invocation;

namespace Sidecar.Tests.Blocks;

public sealed class HttpForwardingTests
{
    [Fact]
    public void An_app_or_site_may_answer_after_hours() =>
        Assert.InRange(HttpForwarding.Http11.ActivityTimeout!.Value, TimeSpan.FromHours(12), TimeSpan.MaxValue);
}
