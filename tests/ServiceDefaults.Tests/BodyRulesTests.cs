using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using ServiceDefaults.Requests;

namespace ServiceDefaults.Tests;

public sealed class BodyRulesTests
{
    public static TheoryData<string[], int> Encodings =>
        new()
        {
            { [], StatusCodes.Status200OK },
            { ["identity"], StatusCodes.Status200OK },
            { ["gzip"], StatusCodes.Status415UnsupportedMediaType },
            { ["gzip", "gzip"], StatusCodes.Status415UnsupportedMediaType },
            { ["identity", "gzip"], StatusCodes.Status415UnsupportedMediaType },
        };

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task An_encoded_body_is_refused_however_often_the_header_is_sent(string[] encodings, int status)
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.Headers.ContentEncoding = new StringValues(encodings);

        await new BodyRules(_ => Task.CompletedTask).InvokeAsync(context);

        Assert.Equal(status, context.Response.StatusCode);
    }
}
