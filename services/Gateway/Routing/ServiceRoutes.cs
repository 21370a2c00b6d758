using Gateway.Aggregation;
using Gateway.Forwarding;
using Gateway.Resilience;
using ServiceDefaults.Identity;
using ServiceDefaults.Requests;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway.Routing;

/// <summary>
/// A public path, its service, and the role it requires; null allows every caller. The caller is forwarded, and the service checks
/// ownership.
/// </summary>
internal sealed record ServiceRoute(string[] Methods, string Path, string AppId, string? Policy);

/// <summary>Requests go through the gateway's own sidecar, which finds the service.</summary>
internal static class ServiceRoutes
{
    private const string Api = "/api";

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    private static readonly ServiceRoute[] Routes =
    [
        new(["GET", "POST"], "orders", "orders", Roles.Customer),
        new(["GET"], "products", "inventory", null),
        new(["PUT"], "products", "inventory", Roles.Operator),
        new(["POST"], "customers", "customers", null),
        new(["GET", "PUT"], "customers", "customers", Roles.Customer),
        new(["GET", "POST"], "operations", "orders", Roles.Operator),
        new(["GET"], "operations/payments", "payments", Roles.Operator),
        new(["POST"], "operations/shipments", "shipping", Roles.Operator),
    ];

    public static void MapServices(this WebApplication app)
    {
        var sidecar = SidecarAddress.Http(app.Configuration).ToString();
        var token = app.Configuration["DAPR_API_TOKEN"];
        var invoker = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                UseProxy = false,
                AllowAutoRedirect = false,
                UseCookies = false,
            }
        );
        var config = new ForwarderRequestConfig { ActivityTimeout = MaxWait };
        var customers = app.Services.GetRequiredService<CustomerCache>();
        var transformers = app.Services.GetRequiredService<ITransformBuilder>();
        foreach (var route in Routes)
        {
            var transformer = transformers.Create(transforms =>
            {
                ToService(transforms, $"/v1.0/invoke/{route.AppId}/method/{route.Path}/{{**rest}}", token);
                if (route.AppId == "customers")
                {
                    transforms.AddResponseTransform(response => ForgetChanged(customers, response.HttpContext));
                }
            });
            var endpoint = app.MapForwarder($"{Api}/{route.Path}/{{**rest}}", sidecar, config, transformer, invoker)
                .WithMetadata(new HttpMethodMetadata(route.Methods), route)
                .GuardedBy(route.AppId);
            if (route.Policy is { } policy)
            {
                endpoint.RequireAuthorization(policy);
            }
        }
    }

    /// <summary>Removes the cached customer whatever the answer was: a change may have been made although its answer was lost.</summary>
    private static ValueTask ForgetChanged(CustomerCache customers, HttpContext context)
    {
        if (HttpMethods.IsPut(context.Request.Method) && context.GetRouteValue("rest") is string customerId)
        {
            customers.Forget(customerId);
        }
        return default;
    }

    private static void ToService(TransformBuilderContext transforms, string pattern, string? token)
    {
        transforms.AddPathRouteValues(pattern);
        transforms.AddRequestTransform(request =>
        {
            ForwardedIdentity.Apply(request.HttpContext, request.ProxyRequest);
            if (!string.IsNullOrEmpty(token))
            {
                request.ProxyRequest.Headers.Add("dapr-api-token", token);
            }
            return default;
        });
        transforms.AddResponseTransform(SidecarFailure.TranslateAsync);
        transforms.AddResponseTransform(MakeLocationPublic);
    }

    /// <summary>A service names a resource by its own path; clients reach it below <c>/api</c>.</summary>
    private static ValueTask MakeLocationPublic(ResponseTransformContext response)
    {
        var headers = response.HttpContext.Response.Headers;
        if (headers.Location.ToString() is ['/', ..] path)
        {
            headers.Location = Api + path;
        }
        return default;
    }
}
