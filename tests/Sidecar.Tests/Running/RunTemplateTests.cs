using Sidecar.Running;
using Sidecar.Yaml;

namespace Sidecar.Tests.Running;

/// <summary>What the fields of a run template mean to the Dapr CLI.</summary>
public sealed class RunTemplateTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("template-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void A_false_zero_or_empty_field_of_an_app_is_no_field()
    {
        var options = App(
            """
            version: 1
            common:
              appProtocol: GRPC
              appSSL: true
              appMaxConcurrency: 3
              enableAppHealthCheck: true
              appHealthCheckPath: /up
              appHealthThreshold: 7
              enableApiLogging: true
              apiListenAddresses: 127.0.0.2
            apps:
            - appDirPath: .
              appID: shop
              appProtocol: ""
              appSSL: false
              appMaxConcurrency: 0
              enableAppHealthCheck: false
              appHealthCheckPath: ""
              appHealthThreshold: 0
              enableApiLogging: false
              apiListenAddresses: ""
              appChannelAddress: ""
              appLogDestination: ""
            """
        ).Options;

        Assert.Equal(("grpcs", 3, "127.0.0.1"), (options.AppProtocol, options.MaxConcurrency, options.AppChannelAddress));
        Assert.Equal((true, "/up", 7), (options.AppHealthCheck, options.AppHealthCheckPath, options.AppHealthThreshold));
        Assert.True(options.ApiLogging);
        Assert.Equal(["127.0.0.2"], options.ListenAddresses);
    }

    [Fact]
    public void Without_resources_and_Configuration_those_of_dapr_init_apply()
    {
        const string template = "version: 1\ncommon: { runtimePath: home }\napps: [{ appID: shop, appDirPath: app }]";
        folder.CreateSubdirectory("app");
        var home = folder.CreateSubdirectory("home/.dapr");
        Assert.Empty(App(template).Options.ResourcesPaths);
        var components = home.CreateSubdirectory("components").FullName;
        var config = Path.Combine(home.FullName, "config.yaml");
        File.WriteAllText(config, "");

        Assert.Equal([components], App(template).Options.ResourcesPaths);
        Assert.Equal([config], App(template).Options.ConfigPaths);

        folder.CreateSubdirectory("app/.dapr/resources");
        Assert.Equal([Path.Combine(folder.FullName, "app", ".dapr", "resources")], App(template).Options.ResourcesPaths);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData(", appChannelAddress: 127.0.0.2", "127.0.0.2")]
    [InlineData(", appChannelAddress: 127.0.0.2, env: { APP_CHANNEL_ADDRESS: own }", "own")]
    public void The_app_gets_the_address_of_its_channel_if_the_template_names_one(string fields, string? address) =>
        Assert.Equal(
            address,
            App($"version: 1\napps: [{{ appID: shop, appDirPath: .{fields} }}]").Environment.GetValueOrDefault("APP_CHANNEL_ADDRESS")
        );

    [Theory]
    [InlineData("appDirPath: ~/")]
    [InlineData("appDirPath: ., runtimePath: ~/, resourcesPaths: [~/]")]
    public void A_path_that_begins_with_a_tilde_is_relative_to_the_home_folder(string fields)
    {
        var app = App($"version: 1\napps: [{{ appID: shop, {fields} }}]");

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Assert.Contains(home, (IEnumerable<string>)[app.Directory, .. app.Options.ResourcesPaths]);
    }

    [Fact]
    public void A_template_from_the_standard_input_counts_from_the_working_directory()
    {
        var template = RunTemplateReader.Read(
            "-",
            null,
            strict: true,
            new StringReader("version: 1\nname: shop\napps: [{ appDirPath: ., appID: shop }]")
        );

        Assert.Equal((Path.GetFullPath("-"), "shop"), (template.File, template.Name));
        Assert.Equal(Directory.GetCurrentDirectory(), Assert.Single(template.Apps).Directory);
    }

    [Theory]
    [InlineData("8Mi", 8 << 20)]
    [InlineData("-1", 4 << 20)]
    public void A_negative_maximum_body_size_means_the_default(string size, long bytes) =>
        Assert.Equal(bytes, App($"version: 1\napps: [{{ appID: shop, appDirPath: ., maxBodySize: {size} }}]").Options.MaxBodySize);

    [Fact]
    public void Options_that_daprd_refuses_are_reported()
    {
        var refused = Assert.Throws<InvalidConfigurationException>(() =>
            App("version: 1\napps: [{ appDirPath: ., appID: shop, appPort: 7001, daprHTTPPort: 7001 }]")
        );
        Assert.Contains("7001", Assert.Single(refused.Problems).Message, StringComparison.Ordinal);
    }

    private RunApp App(string template)
    {
        var file = Path.Combine(folder.FullName, "dapr.yaml");
        File.WriteAllText(file, template);
        return Assert.Single(RunTemplateReader.Read(file, null).Apps);
    }
}
