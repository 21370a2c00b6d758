using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Gateway.Hosting;
using Gateway.Routing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Gateway.Tests;

/// <summary>
/// The contract names every route that is served, and no other. A route that forwards stands for the paths of the service behind it, whose
/// own contract is compared with the running service elsewhere.
/// </summary>
public sealed class ContractTests
{
    private static readonly string Contracts = Path.Combine(Path.GetDirectoryName(Here())!, "../../contracts/openapi");
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    private readonly JsonObject contract = Read("gateway");

    public static TheoryData<string> Operations => [.. Documented(Read("gateway")).Select(operation => operation.Route)];

    [Fact]
    public void Every_served_route_is_in_the_contract_with_its_required_role()
    {
        var served = Served().Distinct().Order(StringComparer.Ordinal);
        var documented = Documented(contract)
            .Select(operation =>
                $"{operation.Route} {string.Join(' ', operation.Content["security"]!.AsArray().SelectMany(one => one!["bearer"]!.AsArray()))}".TrimEnd()
            );

        Assert.Equal(served, documented.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void An_operation_has_examples_and_its_errors_have_a_code(string route)
    {
        var operation = Documented(contract).Single(one => one.Route == route).Content;

        Assert.All(operation["requestBody"]?["content"]?.AsObject() ?? [], body => Assert.NotNull(body.Value!["example"]));
        foreach (var (status, declared) in operation["responses"]!.AsObject())
        {
            var response = Resolve(declared!);
            Assert.NotNull(response["description"]);
            var (type, content) = Assert.Single(response["content"]!.AsObject());
            Assert.NotNull(content!["schema"]);
            Assert.NotNull(content["example"]);
            if (type == "application/problem+json")
            {
                Assert.Equal(status, content["example"]!["status"]!.ToString());
                Assert.NotNull(content["example"]!["code"]);
            }
        }
        var demands = operation["security"]!.AsArray().Count > 0;
        Assert.Equal(demands, operation["responses"]!["401"] is not null);
    }

    [Fact]
    public void The_contract_has_no_dangling_reference_and_no_repeated_operation_name()
    {
        Assert.All(References(contract), reference => Assert.NotNull(Follow(reference)));
        var names = Documented(contract).Select(operation => operation.Content["operationId"]!.GetValue<string>()).ToList();
        Assert.Equal(names.Distinct(), names);
    }

    /// <summary>As method, path and role.</summary>
    private static IEnumerable<string> Served()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        using var app = builder.AddGateway().Build();
        app.MapHealthChecks("/healthz");
        app.MapGateway();
        foreach (
            var endpoint in ((IEndpointRouteBuilder)app)
                .DataSources.SelectMany(source => source.Endpoints)
                .OfType<RouteEndpoint>()
                .Where(IsDocumented)
        )
        {
            var role = endpoint.Metadata.GetMetadata<IAuthorizeData>()?.Policy;
            foreach (var route in endpoint.Metadata.GetMetadata<ServiceRoute>() is { } forwarded ? Behind(forwarded) : Own(endpoint))
            {
                yield return $"{route} {role}".TrimEnd();
            }
        }
    }

    private static bool IsDocumented(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>()?.ExcludeFromDescription != true;

    private static IEnumerable<string> Own(RouteEndpoint endpoint) =>
        (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method =>
            $"{method} {endpoint.RoutePattern.RawText}"
        );

    /// <summary>
    /// What of the service's own contract is reached through the route. Paths that the gateway serves itself, or forwards elsewhere, come
    /// twice.
    /// </summary>
    private static IEnumerable<string> Behind(ServiceRoute route) =>
        Documented(Read(route.AppId))
            .Where(operation =>
                route.Methods.Contains(operation.Method)
                && (operation.Path == $"/{route.Path}" || operation.Path.StartsWith($"/{route.Path}/", StringComparison.Ordinal))
            )
            .Select(operation => $"{operation.Method} /api{operation.Path}");

    private static IEnumerable<(string Route, string Method, string Path, JsonObject Content)> Documented(JsonObject contract) =>
        from path in contract["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where Methods.Contains(operation.Key)
        select ($"{operation.Key.ToUpperInvariant()} {path.Key}", operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject());

    private static JsonObject Read(string app) => JsonNode.Parse(File.ReadAllText(Path.Combine(Contracts, $"{app}.json")))!.AsObject();

    private static IEnumerable<string> References(JsonNode? node) =>
        node switch
        {
            JsonObject json => json.SelectMany(member =>
                member.Key == "$ref" ? [member.Value!.GetValue<string>()] : References(member.Value)
            ),
            JsonArray array => array.SelectMany(References),
            _ => [],
        };

    private JsonNode Resolve(JsonNode declared) => declared["$ref"] is { } reference ? Follow(reference.GetValue<string>())! : declared;

    private JsonNode? Follow(string reference) => reference.Split('/').Skip(1).Aggregate((JsonNode?)contract, (node, name) => node?[name]);

    private static string Here([CallerFilePath] string file = "") => file;
}
