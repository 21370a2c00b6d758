using System.Net;
using Orders.Services;
using ServiceDefaults.Refusals;

namespace Orders.Tests.Services;

/// <summary>Tests of the line between a service's refusal, which is final, and a failure, which is retried.</summary>
public sealed class ServiceReplyTests
{
    private const string Problem = "application/problem+json";

    [Theory]
    [InlineData(HttpStatusCode.Conflict, RefusalKind.Conflict)]
    [InlineData(HttpStatusCode.NotFound, RefusalKind.NotFound)]
    [InlineData(HttpStatusCode.Gone, RefusalKind.Unprocessable)]
    public async Task A_4xx_with_problem_details_is_a_refusal_with_their_text(HttpStatusCode status, RefusalKind kind)
    {
        using var answer = Answer(status, Problem, """{"code":"out-of-stock","title":"Conflict","detail":"There are none."}""");

        Assert.Equal(
            (kind, "out-of-stock", "There are none."),
            await answer.ReadAsync<Unit>(default) is { Refusal: { } refusal } ? (refusal.Kind, refusal.Code, refusal.Detail) : default
        );
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, "application/json", """{"errorCode":"ERR_DIRECT_INVOKE","message":"access denied"}""")]
    [InlineData(HttpStatusCode.NotFound, "text/plain", "404 page not found")]
    [InlineData(HttpStatusCode.Unauthorized, Problem, "{}")]
    [InlineData(HttpStatusCode.TooManyRequests, Problem, "{}")]
    [InlineData(HttpStatusCode.ServiceUnavailable, Problem, "{}")]
    public async Task Any_other_failure_is_an_exception_without_the_text_of_the_answer(HttpStatusCode status, string type, string text)
    {
        using var answer = Answer(status, type, text);

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => answer.ReadAsync<Unit>(default));

        Assert.Equal(status, failure.StatusCode);
        Assert.DoesNotContain(text, failure.Message, StringComparison.Ordinal);
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, string type, string text) =>
        new(status) { Content = new StringContent(text, null, type) };
}
