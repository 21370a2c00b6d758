using Sidecar.Components;
using Sidecar.Failures;
using Sidecar.Http;
using Sidecar.Invocation;
using Sidecar.PubSub;
using Sidecar.Resources;
using Sidecar.State;
using Sidecar.Yaml;

namespace Sidecar.Tests.Blocks;

public sealed class AccessTests
{
    private static readonly AccessPolicy Policy = new(
        new AccessControl(
            "deny",
            "public",
            [
                new AppPolicy(
                    "caller",
                    "deny",
                    "default",
                    [
                        new OperationPolicy("/exact", ["GET"], "allow"),
                        new OperationPolicy("/one/*", ["*"], "allow"),
                        new OperationPolicy("/many/**", ["*"], "allow"),
                        new OperationPolicy("/pre*", ["*"], "allow"),
                        new OperationPolicy("/loud", ["*"], "ALLOW"),
                        new OperationPolicy("/quiet", ["get"], "allow"),
                        new OperationPolicy("/unclear", ["*"], "permit"),
                    ]
                ),
                new AppPolicy("elsewhere", "allow", "other-namespace", []),
                new AppPolicy("silent", "", "default", []),
                new AppPolicy("loud", "Allow", "default", [new OperationPolicy("/known", ["*"], "deny")]),
                new AppPolicy("unclear", "permit", "default", []),
                new AppPolicy("foreign", "allow", "default", [], "elsewhere"),
            ]
        ),
        http: true
    );

    [Theory]
    [InlineData("caller", "exact", "GET", true)]
    [InlineData("caller", "EXACT", "get", true)]
    [InlineData("caller", "exact", "POST", false)]
    [InlineData("caller", "exact/below", "GET", true)]
    [InlineData("caller", "one/x", "PUT", true)]
    [InlineData("caller", "one", "PUT", true)]
    [InlineData("caller", "one/x/y", "PUT", false)]
    [InlineData("caller", "many/x/y/z", "PUT", true)]
    [InlineData("caller", "prefix", "PUT", true)]
    [InlineData("caller", "other", "GET", false)]
    [InlineData("elsewhere", "exact", "GET", false)]
    [InlineData("silent", "exact", "GET", false)]
    [InlineData("stranger", "exact", "GET", false)]
    [InlineData("caller", "loud", "GET", true)]
    [InlineData("caller", "quiet", "GET", false)]
    [InlineData("caller", "unclear", "GET", false)]
    [InlineData("loud", "exact", "GET", true)]
    [InlineData("loud", "known", "GET", false)]
    [InlineData("loud", "known", "LINK", true)]
    [InlineData("unclear", "exact", "GET", false)]
    [InlineData("foreign", "exact", "GET", false)]
    public void A_policy_decides_by_caller_operation_and_verb(string caller, string method, string verb, bool allowed) =>
        Assert.Equal(allowed, Policy.Allows(caller, method, verb));

    [Fact]
    public void Without_an_access_list_every_caller_is_allowed() =>
        Assert.True(new AccessPolicy(null, http: true).Allows("anyone", "anything", "GET"));

    [Theory]
    [InlineData("{}", true)]
    [InlineData("{ policies: [] }", true)]
    [InlineData("{ trustDomain: public, policies: [] }", true)]
    [InlineData("{ trustDomain: public }", true)]
    [InlineData("{ policies: [{ appId: other, namespace: default, trustDomain: public }] }", true)]
    [InlineData("{ defaultAction: null }", true)]
    [InlineData("{ defaultAction: '' }", false)]
    [InlineData("{ defaultAction: '', policies: [] }", true)]
    [InlineData("{ defaultAction: '', trustDomain: '' }", true)]
    [InlineData("null", true)]
    [InlineData("{ defaultAction: Allow }", true)]
    [InlineData("{ defaultAction: DENY }", false)]
    [InlineData("{ defaultAction: permit }", false)]
    public void The_default_action_is_read_as_daprd_reads_it(string list, bool allowed)
    {
        var (configuration, problems) = Load($"accessControl: {list}");
        Assert.Empty(problems);
        Assert.Equal(allowed, new AccessPolicy(configuration.AccessControl, http: true).Allows("app", "method", "GET"));
    }

    [Fact]
    public void Access_lists_of_several_files_are_merged_field_by_field()
    {
        var (configuration, problems) = Load(
            "accessControl: { defaultAction: deny, trustDomain: first }",
            "accessControl: { policies: [{ appId: app, namespace: default, trustDomain: first, defaultAction: allow }] }"
        );
        Assert.Empty(problems);
        var policy = new AccessPolicy(configuration.AccessControl, http: true);
        Assert.True(policy.Allows("app", "method", "GET"));
        Assert.False(policy.Allows("other", "method", "GET"));
    }

    [Theory]
    [InlineData("accessControl: { policies: [{ appId: a, namespace: default }] }", "'trustDomain' is missing")]
    [InlineData("accessControl: { policies: [{ appId: a, trustDomain: public }] }", "'namespace' is missing")]
    [InlineData("accessControl: { policies: [{ namespace: default, trustDomain: public }] }", "'appId' is missing")]
    [InlineData("secrets: { scopes: [{ storeName: s, defaultAccess: none }] }", "defaultAccess none can be either allow or deny")]
    [InlineData("secrets: { scopes: [{ storeName: s }, { storeName: s }] }", "s storeName is repeated in secrets configuration")]
    public void An_access_list_that_daprd_refuses_is_refused(string spec, string message) =>
        Assert.StartsWith(message, Assert.Single(Load(spec).Problems).Message, StringComparison.Ordinal);

    private static (Configuration Configuration, List<YamlProblem> Problems) Load(params string[] specs)
    {
        var folder = Directory.CreateTempSubdirectory("access-");
        try
        {
            var files = specs.Select((spec, index) => Write(folder.FullName, index, spec)).ToList();
            var problems = new List<YamlProblem>();
            return (ConfigurationReader.Load(files, _ => null, problems), problems);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Write(string folder, int index, string spec)
    {
        var file = Path.Combine(folder, $"{index}.yaml");
        File.WriteAllText(file, $"apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata: {{ name: test }}\nspec:\n  {spec}\n");
        return file;
    }

    [Fact]
    public void Access_control_of_a_gRPC_app_compares_case_and_ignores_verbs()
    {
        var policy = new AccessPolicy(
            new AccessControl(
                "deny",
                "public",
                [new AppPolicy("caller", "deny", "default", [new OperationPolicy("/Say", ["GET"], "allow")])]
            ),
            http: false
        );
        Assert.True(policy.Allows("caller", "Say", "POST"));
        Assert.False(policy.Allows("caller", "say", "GET"));
    }

    [Theory]
    [InlineData("open", "app", true)]
    [InlineData("narrow", "app", true)]
    [InlineData("narrow", "scoped", true)]
    [InlineData("open", "scoped", false)]
    [InlineData("secret", "app", false)]
    [InlineData("secret", "granted", true)]
    [InlineData("unlisted", "app", false)]
    [InlineData("open", "muted", false)]
    public void Topic_scopes_limit_the_apps_that_may_publish(string topic, string app, bool allowed)
    {
        var metadata = new Dictionary<string, string>
        {
            ["allowedTopics"] = "open, narrow, secret",
            ["protectedTopics"] = "secret",
            ["publishingScopes"] = "scoped=narrow; granted=secret,open; muted=",
        };
        var component = new Component("events", "pubsub.in-memory", "v1", [], [], null, false, "f", 1);
        Assert.Equal(allowed, new TopicScopes(new ComponentProperties(component, metadata, []), app).MayPublish(topic));
    }

    [Theory]
    [InlineData(null, "app||k")]
    [InlineData("appid", "app||k")]
    [InlineData("NAME", "store||k")]
    [InlineData("none", "k")]
    [InlineData("custom", "custom||k")]
    [InlineData("", "||k")]
    public void A_key_prefix_separates_the_keys_of_apps(string? strategy, string stored)
    {
        var prefix = new KeyPrefix(strategy, "app", "store");
        Assert.Equal((stored, "k"), (prefix.Stored("k"), prefix.Original(stored)));
        Assert.Equal("ERR_MALFORMED_REQUEST", Assert.Throws<DaprException>(() => prefix.Stored("a||b")).Error.Code);
    }

    [Theory]
    [InlineData("/a//b/./c/../d/", "a/b/d")]
    [InlineData("../../x", "x")]
    [InlineData("/", "")]
    public void Paths_are_cleaned(string path, string clean) => Assert.Equal(clean, RequestPath.Clean(path));

    [Theory]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("%C3%A4", "ä")]
    [InlineData("%", null)]
    [InlineData("%g1", null)]
    public void Escapes_are_decoded_once(string escaped, string? decoded) => Assert.Equal(decoded, RequestPath.TryDecode(escaped));

    [Theory]
    [InlineData("a?b")]
    [InlineData("a#b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    public void A_method_name_that_could_change_the_path_is_refused(string method) =>
        Assert.Equal("ERR_DIRECT_INVOKE", Assert.Throws<DaprException>(() => MethodPath.Clean("app", method)).Error.Code);
}
