using System.Globalization;

namespace Sidecar.Invocation;

/// <summary>
/// The code with which a gRPC app has answered a forwarded request, stored with the request: its HTTP status is another. As in daprd, such
/// an answer is final, so that no policy repeats the call.
/// </summary>
internal sealed record GrpcAppStatus(int Code)
{
    private const string Header = "x-sidecar-grpc-code";

    /// <summary>Adds the code to an answer to another sidecar, if a gRPC app gives it.</summary>
    public static void AddTo(HttpContext context) =>
        context.Response.OnStarting(() =>
        {
            if (context.Features.Get<GrpcAppStatus>() is { } status)
            {
                context.Response.Headers[Header] = status.Code.ToString(CultureInfo.InvariantCulture);
            }
            return Task.CompletedTask;
        });

    /// <summary>True if another sidecar has answered for a gRPC app.</summary>
    public static bool IsIn(HttpResponseMessage response) => response.Headers.NonValidated.Contains(Header);

    /// <summary>Moves the code from the answer of another sidecar to the request.</summary>
    public static void TakeFrom(HttpResponseMessage response, HttpContext context)
    {
        if (
            response.Headers.NonValidated.TryGetValues(Header, out var given)
            && int.TryParse(given.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
        )
        {
            context.Features.Set(new GrpcAppStatus(code));
        }
        response.Headers.Remove(Header);
    }
}
