using ServiceDefaults.Requests;

namespace ServiceDefaults.Tests;

public sealed class RequestIdTests
{
    [Fact]
    public void An_event_continues_the_request_that_it_names()
    {
        RequestId.Continue("request-1");
        Assert.Equal("request-1", RequestId.Current);

        RequestId.Continue(null);
        Assert.Equal("request-1", RequestId.Current);
    }

    /// <summary>The id goes into headers of calls to other services, and into logs.</summary>
    [Fact]
    public void An_id_that_is_no_plain_word_is_replaced()
    {
        const string hostile = "request-1\r\nX-Caller: operator:eve";

        RequestId.Continue(hostile);

        Assert.Equal(RequestId.Current, RequestId.Accept(RequestId.Current));
        Assert.NotEqual(hostile, RequestId.Current);
    }
}
