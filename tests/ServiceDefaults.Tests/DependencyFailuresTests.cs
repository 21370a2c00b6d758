using System.Net;
using Dapr;
using Grpc.Core;
using ServiceDefaults.Refusals;

namespace ServiceDefaults.Tests;

public sealed class DependencyFailuresTests
{
    [Theory]
    [InlineData(StatusCode.Unavailable, true)]
    [InlineData(StatusCode.DeadlineExceeded, true)]
    [InlineData(StatusCode.Internal, true)]
    [InlineData(StatusCode.Aborted, true)]
    [InlineData(StatusCode.InvalidArgument, false)]
    [InlineData(StatusCode.PermissionDenied, false)]
    [InlineData(StatusCode.Unimplemented, false)]
    [InlineData(StatusCode.FailedPrecondition, false)]
    public void A_permanent_refusal_is_never_reported_as_transient(StatusCode code, bool mayPass)
    {
        var failure = new RpcException(new Status(code, ""));
        Assert.Equal(mayPass, DependencyFailures.MayPass(failure));
        Assert.Equal(mayPass, DependencyFailures.MayPass(new DaprException("store", failure)));
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, true)]
    [InlineData(HttpStatusCode.TooManyRequests, true)]
    [InlineData(HttpStatusCode.BadRequest, false)]
    [InlineData(HttpStatusCode.Forbidden, false)]
    public void Http_failures_of_other_services_are_classified_like_grpc_failures(HttpStatusCode status, bool mayPass) =>
        Assert.Equal(mayPass, DependencyFailures.MayPass(new HttpRequestException("", null, status)));

    [Fact]
    public void No_answer_at_all_may_pass() => Assert.True(DependencyFailures.MayPass(new HttpRequestException("refused")));

    [Fact]
    public void A_bug_does_not_pass() => Assert.False(DependencyFailures.MayPass(new InvalidOperationException()));
}
