using Conformance.Running;

namespace Conformance.General;

/// <summary>Words of access rules in a Configuration: their case does not matter, and unknown ones are refused.</summary>
public sealed class SecretScopeTests
{
    [Fact]
    public async Task Denied_secrets_stay_denied_however_the_rule_is_written()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources = [Yaml.Component("closed", "secretstores.local.env"), Yaml.Component("open", "secretstores.local.env")],
                Configuration = Yaml.Configuration(
                    """
                    secrets:
                      scopes:
                      - { storeName: closed, defaultAccess: Deny, allowedSecrets: [] }
                      - { storeName: open, defaultAccess: ALLOW, deniedSecrets: [DENIED] }
                    """
                ),
                Environment = new Dictionary<string, string> { ["GIVEN"] = "1", ["DENIED"] = "2" },
            }
        );
        await sidecar.Http.GetAsync("/v1.0/secrets/closed/GIVEN").FailsAsync(403, "ERR_PERMISSION_DENIED");
        Assert.Equal("{}", (await sidecar.Http.GetStringAsync("/v1.0/secrets/closed/bulk")).TrimEnd());
        await sidecar.Http.GetAsync("/v1.0/secrets/open/GIVEN").SucceedsAsync(200, """{"GIVEN":"1"}""" + "\n");
        await sidecar.Http.GetAsync("/v1.0/secrets/open/DENIED").FailsAsync(403, "ERR_PERMISSION_DENIED");
    }

    [Theory]
    [InlineData("secrets: { scopes: [{ storeName: env, defaultAccess: none }] }", "defaultAccess none can be either allow or deny")]
    [InlineData("secrets: { scopes: [{ storeName: env }, { storeName: env }] }", "env storeName is repeated in secrets configuration")]
    [InlineData("accessControl: { defaultAction: deny, policies: [{ appId: a, namespace: default }] }", "")]
    public async Task A_rule_that_is_not_understood_ends_the_start(string spec, string message)
    {
        var (code, output) = await TestedSidecar.RefusedAsync(new SidecarOptions { Configuration = Yaml.Configuration(spec) });
        Assert.Equal(1, code);
        Assert.Contains(message, output, StringComparison.Ordinal);
    }
}
