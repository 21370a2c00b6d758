using System.Text;

namespace Sidecar.Middleware.Drivers;

/// <summary><c>middleware.http.uppercase</c>, Dapr's example of a pipeline component.</summary>
internal sealed class Uppercase : IHttpMiddleware
{
    public async ValueTask<Refusal?> HandleAsync(PipelineRequest request, CancellationToken cancellation)
    {
        request.NewBody = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(await request.BodyAsync()).ToUpperInvariant());
        return null;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
