using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway.Routing;

/// <summary>Which public path belongs to which service. Requests go through the gateway's own sidecar, which finds the service.</summary>
internal static class ServiceRoutes
{
    private static readonly (string Path, string AppId)[] Routes =
    [
        ("orders", "orders"),
        ("products", "inventory"),
        ("customers", "customers"),
        ("operations", "orders"),
        ("operations/shipments", "shipping"),
    ];

    public static void MapServices(this WebApplication app)
    {
        var sidecar = app.Configuration["DAPR_HTTP_ENDPOINT"] ?? $"http://127.0.0.1:{app.Configuration["DAPR_HTTP_PORT"] ?? "3500"}";
        var token = app.Configuration["DAPR_API_TOKEN"];
        var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
        var config = new ForwarderRequestConfig { ActivityTimeout = TimeSpan.FromSeconds(30) };
        var transformers = app.Services.GetRequiredService<ITransformBuilder>();
        foreach (var (path, appId) in Routes)
        {
            var transformer = transformers.Create(transforms => ToService(transforms, $"/v1.0/invoke/{appId}/method/{path}/{{**rest}}", token));
            app.MapForwarder($"/api/{path}/{{**rest}}", sidecar, config, transformer, invoker);
        }
    }

    private static void ToService(TransformBuilderContext transforms, string pattern, string? token)
    {
        transforms.AddPathRouteValues(pattern);
        transforms.AddRequestTransform(request =>
        {
            // What a client says in Dapr's own headers would choose another target, or claim to be another app.
            foreach (var name in request.ProxyRequest.Headers.Select(header => header.Key).Where(name => name.StartsWith("dapr-", StringComparison.OrdinalIgnoreCase)).ToList())
            {
                request.ProxyRequest.Headers.Remove(name);
            }
            // Basic authentication can name a target too.
            if (request.ProxyRequest.Headers.Authorization?.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) == true)
            {
                request.ProxyRequest.Headers.Authorization = null;
            }
            if (!string.IsNullOrEmpty(token))
            {
                request.ProxyRequest.Headers.TryAddWithoutValidation("dapr-api-token", token);
            }
            return default;
        });
        transforms.AddResponseTransform(Unavailable.TranslateAsync);
    }
}
