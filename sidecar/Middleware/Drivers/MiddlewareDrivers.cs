using System.Globalization;
using System.Text.RegularExpressions;
using Sidecar.Cel;
using Sidecar.Components;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Sidecar.Middleware.Drivers;

/// <summary>Reads the metadata of middleware and opens it.</summary>
internal static class MiddlewareDrivers
{
    public static OpenComponent RouteAlias(DriverContext context)
    {
        var routes = Routes(context.Properties);
        return _ => new(new OpenedComponent(new RouteAlias(routes)));
    }

    public static OpenComponent RouteChecker(DriverContext context)
    {
        var rule = Rule(context.Properties);
        return _ => new(new OpenedComponent(new RouteChecker(rule!)));
    }

    public static OpenComponent RateLimit(DriverContext context)
    {
        var perSecond = 100d;
        if (
            context.Properties.Text("maxRequestsPerSecond") is { Length: > 0 } text
            && (!double.TryParse(text, CultureInfo.InvariantCulture, out perSecond) || perSecond <= 0)
        )
        {
            context.Properties.Report("maxRequestsPerSecond", "metadata property maxRequestsPerSecond must be a positive value");
        }
        return _ => new(new OpenedComponent(new RateLimit(perSecond)));
    }

    public static OpenComponent Uppercase(DriverContext context)
    {
        if (
            context.Properties.Text("direction") is { Length: > 0 } direction
            && !direction.Equals("request", StringComparison.OrdinalIgnoreCase)
        )
        {
            context.Properties.Report("direction", $"direction '{direction}' is not offered here; 'request' is");
        }
        return _ => new(new OpenedComponent(new Uppercase()));
    }

    public static OpenComponent Bearer(DriverContext context)
    {
        var issuer = context.Properties.Text("issuer", "issuerURL") ?? "";
        var audience = context.Properties.Text("audience", "clientID") ?? "";
        var keys = context.Properties.Text("jwksURL");
        foreach (var (name, value) in ((string, string)[])[("issuer", issuer), ("audience", audience)])
        {
            if (value.Length == 0)
            {
                context.Properties.Report(name, $"metadata property '{name}' is required");
            }
        }
        return async cancellation =>
        {
            var bearer = new Bearer(issuer, audience, string.IsNullOrEmpty(keys) ? null : keys);
            await bearer.ConnectAsync(cancellation);
            return new OpenedComponent(bearer);
        };
    }

    /// <summary>An expression of RE2, whose classes mean something else in .NET. Null if it was reported as invalid.</summary>
    private static Regex? Rule(ComponentProperties properties)
    {
        try
        {
            return CelPattern.Parse(properties.Text("rule") ?? "");
        }
        catch (CelException e)
        {
            properties.Report("rule", $"failed to compile rule regexp: {e.Message}");
            return null;
        }
    }

    /// <summary>JSON or YAML under <c>routes</c>; without it each property is a route, as it was once.</summary>
    private static List<KeyValuePair<string, string>> Routes(ComponentProperties properties)
    {
        var names = properties.Component.Metadata.Select(item => item.Name).ToList();
        if (properties.Text("routes") is not { Length: > 0 } text || names.Count > 1)
        {
            return [.. names.Select(name => KeyValuePair.Create(name, properties.Text(name) ?? ""))];
        }
        try
        {
            return [.. new DeserializerBuilder().Build().Deserialize<Dictionary<string, string>>(text) ?? []];
        }
        catch (YamlException e)
        {
            properties.Report("routes", $"failed to decode 'routes' property as JSON or YAML: {e.Message}");
            return [];
        }
    }
}
