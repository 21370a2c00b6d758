using Sidecar.Go;
using Sidecar.Logging;
using Sidecar.Metrics;
using Sidecar.Tracing;
using Sidecar.Yaml;

namespace Sidecar.Resources;

/// <summary>
/// Reads Configuration files; several are merged, the later one winning. As in daprd, the first document of a file is the Configuration,
/// and references to environment variables are replaced in the whole text.
/// </summary>
internal static class ConfigurationReader
{
    /// <summary>Parts of a Configuration that have no effect in an embedded sidecar: mTLS, the control plane.</summary>
    private static readonly string[] Ignored = ["mtls", "wasm"];

    /// <param name="variable">Returns the value of an environment variable.</param>
    public static Configuration Load(IEnumerable<string> files, Func<string, string?> variable, List<YamlProblem> problems)
    {
        var configuration = Configuration.Default;
        foreach (var file in files)
        {
            if (!File.Exists(file))
            {
                problems.Add(new YamlProblem(file, 0, "the configuration file does not exist"));
                continue;
            }
            var documents = YamlDocuments.Read(file, problems, text => GoEnvironment.Expand(text, variable));
            if (documents is [var document, ..])
            {
                configuration = Read(document, configuration);
            }
            foreach (var unread in documents.Skip(1))
            {
                unread.Warn("kind", "only the first document of a Configuration file is read; move this one into a file of its own");
            }
        }
        return configuration;
    }

    private static Configuration Read(YamlMap document, Configuration before)
    {
        if (document.Text("kind") is not "Configuration")
        {
            document.Warn("kind", $"'{document.Text("kind")}' is read as a Configuration; its 'kind' must be Configuration");
        }
        if (document.Text("apiVersion") is not "dapr.io/v1alpha1")
        {
            document.Warn("apiVersion", $"'apiVersion' must be dapr.io/v1alpha1, not '{document.Text("apiVersion")}'");
        }
        document.Accept("status", "metadata");
        var spec = document.Map("spec");
        document.WarnOfUnknownKeys();
        if (spec is null)
        {
            return before;
        }
        var read = before with
        {
            SecretScopes = spec.Has("secrets") ? Secrets(spec.Map("secrets")) : before.SecretScopes,
            NameResolution = spec.Has("nameResolution") ? Names(spec.Map("nameResolution")) : before.NameResolution,
            AccessControl = spec.Has("accessControl") ? Access(spec.Map("accessControl"), before.AccessControl) : before.AccessControl,
            Tracing = spec.Map("tracing") is { } tracing ? TracingOptions.Read(tracing, before.Tracing) : before.Tracing,
            Features = spec.Has("features") ? Features(spec) : before.Features,
            Metrics = Metrics(spec, before.Metrics),
            ApiPipeline = spec.Map("httpPipeline") is { } api ? Handlers(api) : before.ApiPipeline,
            AppPipeline = spec.Map("appHttpPipeline") is { } app ? Handlers(app) : before.AppPipeline,
            Workflow = spec.Map("workflow") is { } workflow ? WorkflowSettings.Read(workflow) : before.Workflow,
            Api = spec.Map("api") is { } lists ? new ApiAccess(Rules(lists, "allowed"), Rules(lists, "denied")) : before.Api,
            ApiLogging = spec.Map("logging") is { } logging ? ApiLogging.Read(logging) : before.ApiLogging,
            DeniedComponents = spec.Map("components") is { } components ? Denied(components) : before.DeniedComponents,
        };
        spec.Accept(Ignored);
        spec.WarnOfUnknownKeys();
        return read;
    }

    /// <summary>Reads both sections; a field of <c>metrics</c> replaces that of <c>metric</c>, as in daprd.</summary>
    private static MetricsOptions Metrics(YamlMap spec, MetricsOptions before)
    {
        var read = spec.Map("metric") is { } metric ? MetricsOptions.Read(metric, before) : before;
        return spec.Map("metrics") is { } metrics ? MetricsOptions.Read(metrics, read) : read;
    }

    private static List<DeniedComponent> Denied(YamlMap components)
    {
        var denied = components.Texts("deny").Select(DeniedComponent.Of).OfType<DeniedComponent>().ToList();
        components.WarnOfUnknownKeys();
        return denied;
    }

    private static List<string> Features(YamlMap spec)
    {
        var named = spec.Maps("features")
            .Select(feature => (Name: feature.Text("name") ?? "", Enabled: feature.Flag("enabled") == true))
            .ToList();
        return
        [
            .. named.Where(feature => feature is { Enabled: true, Name.Length: > 0 }).Select(feature => feature.Name),
            .. Configuration.DefaultFeatures.Except(named.Select(feature => feature.Name), StringComparer.Ordinal),
        ];
    }

    private static List<PipelineHandler> Handlers(YamlMap pipeline) =>
        [
            .. pipeline
                .Maps("handlers")
                .Select(handler => new PipelineHandler(
                    handler.RequiredText("name", "the name of a middleware component") ?? "",
                    handler.RequiredText("type", "for example middleware.http.routeralias") ?? ""
                )),
        ];

    private static List<ApiRule> Rules(YamlMap api, string key) => [.. api.Maps(key).Select(Rule)];

    private static ApiRule Rule(YamlMap map)
    {
        var rule = new ApiRule(map.Text("name") ?? "", map.Text("version") ?? "", map.Text("protocol") ?? "");
        if (rule.Protocol.Equals("grpc", StringComparison.OrdinalIgnoreCase) && !GrpcApis.Contains(rule))
        {
            map.Warn(
                "name",
                $"gRPC has no API '{rule.Name}' in version '{rule.Version}', so the rule has no effect; its versions are v1, v1alpha1, "
                    + "v1alpha2 and v1beta1"
            );
        }
        return rule;
    }

    private static List<SecretScope> Secrets(YamlMap? secrets)
    {
        var scopes = new List<SecretScope>();
        foreach (var scope in secrets?.Maps("scopes") ?? [])
        {
            var store = scope.RequiredText("storeName", "the secret store this rule is about") ?? "";
            var access = scope.Text("defaultAccess") is { Length: > 0 } text ? text : "allow";
            if (!access.Equals("allow", StringComparison.OrdinalIgnoreCase) && !access.Equals("deny", StringComparison.OrdinalIgnoreCase))
            {
                scope.Report("defaultAccess", $"defaultAccess {access} can be either allow or deny");
            }
            if (scopes.Exists(earlier => earlier.StoreName == store))
            {
                scope.Report("storeName", $"{store} storeName is repeated in secrets configuration");
            }
            scopes.Add(new SecretScope(store, access, scope.Texts("allowedSecrets"), scope.Texts("deniedSecrets")));
        }
        return scopes;
    }

    private static NameResolution? Names(YamlMap? names)
    {
        switch (names?.Text("component"))
        {
            case null:
                return null;
            case "sqlite":
                names.Accept("version");
                if (names.Map("configuration") is { } settings)
                {
                    return new NameResolution(SqliteNamesOptions.Read(settings));
                }
                names.Report("component", "'sqlite' needs 'configuration' with 'connectionString', the file that the sidecars share");
                return null;
            case "mdns":
                names.Accept("version");
                names.Accept("configuration");
                return new NameResolution(null);
            case var other:
                names.Warn(
                    "component",
                    $"'{other}' is not offered here; 'mdns' finds the sidecars of this machine, 'sqlite' those that share a file"
                );
                return null;
        }
    }

    /// <summary>
    /// Reads an access list onto that of the files before: absent fields keep their values. Null allows every call. Only a default action
    /// that is written as an empty text denies, unless the list of policies is written as an empty one.
    /// </summary>
    private static AccessControl? Access(YamlMap? access, AccessControl? before)
    {
        if (access is null)
        {
            return null;
        }
        IReadOnlyList<AppPolicy> policies = access.Has("policies") ? [.. access.Maps("policies").Select(Policy)] : before?.Policies ?? [];
        var action = access.Text("defaultAction") ?? before?.DefaultAction ?? "";
        var domain = access.Text("trustDomain") ?? before?.TrustDomain ?? "";
        if (action.Length + domain.Length + policies.Count == 0)
        {
            return null;
        }
        if (action.Length == 0)
        {
            action = policies.Count == 0 && access.Has("policies") ? "allow" : "deny";
        }
        return new AccessControl(action, domain.Length > 0 ? domain : AccessControl.Everyone.TrustDomain, policies);
    }

    private static AppPolicy Policy(YamlMap policy) =>
        new(
            policy.RequiredText("appId", "the app that calls") ?? "",
            policy.Text("defaultAction") ?? "",
            policy.RequiredText("namespace", "the namespace of the app that calls; default on a single machine") ?? "",
            [
                .. policy
                    .Maps("operations")
                    .Select(operation => new OperationPolicy(
                        operation.Text("name") ?? "",
                        operation.Texts("httpVerb"),
                        operation.Text("action") ?? "deny"
                    )),
            ],
            policy.RequiredText("trustDomain", "the trust domain of the app that calls, for example public") ?? ""
        );
}
