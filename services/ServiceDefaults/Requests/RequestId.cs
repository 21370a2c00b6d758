using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults.Requests;

/// <summary>
/// The id of the request that all this is done for: taken from <c>X-Request-ID</c> or made at the edge, passed on to every service, into
/// the workflow and with every event, and returned to the client.
/// </summary>
public static class RequestId
{
    public const string Header = "X-Request-ID";

    private const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:"
    );
    private static readonly AsyncLocal<string?> Flowing = new();

    /// <summary>Null outside of a request, until a handler of an event or an activity sets it.</summary>
    public static string? Current
    {
        get => Flowing.Value;
        set => Flowing.Value = value;
    }

    /// <summary>Returns the client's id if it is a plain word, and a new one otherwise: the id goes into logs and headers.</summary>
    public static string Accept(string? sent) =>
        sent is { Length: > 0 and <= MaxLength } && !sent.AsSpan().ContainsAnyExcept(Allowed) ? sent : Guid.NewGuid().ToString("N");

    /// <summary>Continues the request that an event names; its id is checked like a client's. Null: goes on with the current one.</summary>
    public static void Continue(string? named) => Current = named is null ? Current : Accept(named);

    /// <summary>Middleware: every request has an id, and its answer names it.</summary>
    public static Task FlowAsync(HttpContext context, RequestDelegate next)
    {
        var id = Accept(context.Request.Headers[Header]);
        Current = id;
        context.TraceIdentifier = id;
        context.Response.OnStarting(
            static state =>
            {
                var (response, id) = ((HttpResponse, string))state;
                response.Headers[Header] = id;
                return Task.CompletedTask;
            },
            (context.Response, id)
        );
        return next(context);
    }
}
