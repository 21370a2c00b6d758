using Sidecar.Api.Json;

namespace Sidecar.Api.Http;

/// <summary>
/// Building blocks for which no component can be configured here: they answer what daprd answers when none is. The rest of Dapr's API that is left
/// out says so by name.
/// </summary>
internal static class MissingEndpoints
{
    private static readonly string[] Versions = ["/v1.0", "/v1.0-alpha1", "/v1.0-alpha2"];

    private static readonly (string Path, string Feature)[] LeftOut = [("jobs", "jobs")];

    public static void MapMissing(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/v1.0/bindings/{name}", ["POST", "PUT"], InvokeBindingAsync);
        routes.MapPost("/v1.0-alpha1/lock/{store}", LockAsync);
        routes.MapPost("/v1.0-alpha1/unlock/{store}", _ => throw DaprErrors.LockStoresNotConfigured());
        foreach (var version in Versions)
        {
            routes.MapGet(version + "/configuration/{store}", _ => throw DaprErrors.ConfigurationStoresNotConfigured());
            routes.MapGet(version + "/configuration/{store}/{**rest}", _ => throw DaprErrors.ConfigurationStoresNotConfigured());
            routes.MapPut(version + "/crypto/{provider}/{operation}", _ => throw DaprErrors.CryptoProvidersNotConfigured());
            routes.MapPost(version + "/conversation/{component}/converse", context => throw DaprErrors.ConversationNotFound(context.Route("component")));
            foreach (var (path, feature) in LeftOut)
            {
                routes.Map($"{version}/{path}/{{**rest}}", _ => throw DaprErrors.NotHere(feature));
            }
        }
    }

    private static async Task InvokeBindingAsync(HttpContext context)
    {
        var name = context.Route("name");
        try
        {
            using var json = GoJsonBody.Parse(await context.Request.BodyAsync());
            throw DaprErrors.OutputBinding(name, MissingBinding(name, GoJsonBody.Text(json.RootElement, "OutputBindingRequest", "operation")));
        }
        catch (FormatException e)
        {
            throw DaprErrors.MalformedBody(e.Message);
        }
    }

    public static string MissingBinding(string name, string? operation)
        => string.IsNullOrEmpty(operation) ? "operation field is missing from request" : $"couldn't find output binding {name}";

    private static async Task LockAsync(HttpContext context)
    {
        var store = context.Route("store");
        try
        {
            using var json = GoJsonBody.Parse(await context.Request.BodyAsync());
            var expiry = GoJsonBody.Property(json.RootElement, "expiryInSeconds");
            throw expiry is { ValueKind: System.Text.Json.JsonValueKind.Number } number && number.TryGetInt32(out var seconds) && seconds > 0
                ? DaprErrors.LockStoresNotConfigured()
                : DaprErrors.LockExpiry(store);
        }
        catch (FormatException e)
        {
            throw DaprErrors.MalformedBody(e.Message);
        }
    }
}
