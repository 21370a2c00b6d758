using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Moq;
using Sidecar.Components;
using Sidecar.ConfigurationStores;
using Sidecar.Resiliency;
using Sidecar.Resources;

namespace Sidecar.Tests.Blocks;

public sealed class ConfigurationPolicyTests
{
    [Fact]
    public async Task A_subscription_that_fails_is_tried_again_under_the_outbound_policy()
    {
        var attempts = 0;
        var store = new Mock<IConfigurationStore>();
        store
            .Setup(one =>
                one.SubscribeAsync(It.IsAny<ConfigurationRequest>(), It.IsAny<ConfigurationHandler>(), It.IsAny<CancellationToken>())
            )
            .Returns(() =>
                ++attempts < 3
                    ? Task.FromException<IAsyncDisposable>(new IOException("the store is away"))
                    : Task.FromResult(Mock.Of<IAsyncDisposable>())
            );
        var resource = new Component("items", "configuration.redis", "v1", [], [], null, false, "f", 1);
        await using var components = new ComponentSet([
            new LoadedComponent(resource, new ConfigurationComponent("items", store.Object), []),
        ]);
        await using var api = new ConfigurationApi(
            "app",
            components,
            new PolicyBook("app", [Rules()], TimeProvider.System),
            TimeProvider.System
        );

        await api.SubscribeAsync(
            "items",
            new ConfigurationRequest([], new Dictionary<string, string>()),
            (_, _, _, _) => Task.CompletedTask,
            Task.CompletedTask,
            isStream: false,
            default
        );

        Assert.Equal(3, attempts);
    }

    [Fact]
    public async Task A_subscription_is_ended_by_its_own_store_and_over_its_own_protocol()
    {
        var store = new Mock<IConfigurationStore>();
        store
            .Setup(one =>
                one.SubscribeAsync(It.IsAny<ConfigurationRequest>(), It.IsAny<ConfigurationHandler>(), It.IsAny<CancellationToken>())
            )
            .ReturnsAsync(Mock.Of<IAsyncDisposable>());
        var resource = new Component("items", "configuration.redis", "v1", [], [], null, false, "f", 1);
        await using var components = new ComponentSet([
            new LoadedComponent(resource, new ConfigurationComponent("items", store.Object), []),
        ]);
        await using var api = new ConfigurationApi("app", components, new PolicyBook("app", [], TimeProvider.System), TimeProvider.System);
        async Task<string> SubscribeAsync(bool isStream) =>
            (
                await api.SubscribeAsync(
                    "items",
                    new ConfigurationRequest([], new Dictionary<string, string>()),
                    (_, _, _, _) => Task.CompletedTask,
                    Task.CompletedTask,
                    isStream,
                    default
                )
            ).Id;

        var (overHttp, overGrpc) = (await SubscribeAsync(isStream: false), await SubscribeAsync(isStream: true));

        Assert.False(await api.UnsubscribeAsync("others", overHttp));
        Assert.False(await api.EndStreamAsync(overHttp));
        Assert.True(await api.UnsubscribeAsync("items", overHttp));
        Assert.True(await api.EndStreamAsync(overGrpc));
        Assert.False(await api.EndStreamAsync(overGrpc));
    }

    [Fact]
    public async Task The_end_of_a_subscription_ends_a_running_notification_without_a_failure_of_the_store()
    {
        ConfigurationHandler? notify = null;
        var store = new Mock<IConfigurationStore>();
        store
            .Setup(one =>
                one.SubscribeAsync(It.IsAny<ConfigurationRequest>(), It.IsAny<ConfigurationHandler>(), It.IsAny<CancellationToken>())
            )
            .Callback((ConfigurationRequest _, ConfigurationHandler handler, CancellationToken _) => notify = handler)
            .ReturnsAsync(Mock.Of<IAsyncDisposable>());
        var resource = new Component("items", "configuration.redis", "v1", [], [], null, false, "f", 1);
        await using var components = new ComponentSet([
            new LoadedComponent(resource, new ConfigurationComponent("items", store.Object), []),
        ]);
        await using var api = new ConfigurationApi("app", components, new PolicyBook("app", [], TimeProvider.System), TimeProvider.System);
        var (id, _) = await api.SubscribeAsync(
            "items",
            new ConfigurationRequest([], new Dictionary<string, string>()),
            (_, _, _, ending) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ending),
            Task.CompletedTask,
            isStream: false,
            default
        );

        var notification = notify!("color", ConfigurationItem.Deleted);
        await api.UnsubscribeAsync("items", id);

        await notification.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
    }

    [Fact]
    public async Task Subscriptions_and_their_ends_are_counted()
    {
        var store = new Mock<IConfigurationStore>();
        store
            .Setup(one =>
                one.SubscribeAsync(It.IsAny<ConfigurationRequest>(), It.IsAny<ConfigurationHandler>(), It.IsAny<CancellationToken>())
            )
            .ReturnsAsync(Mock.Of<IAsyncDisposable>());
        var resource = new Component("items", "configuration.redis", "v1", [], [], null, false, "f", 1);
        await using var components = new ComponentSet([
            new LoadedComponent(resource, new ConfigurationComponent("items", store.Object), []),
        ]);
        var policies = new PolicyBook("counted", [], TimeProvider.System);
        await using var api = new ConfigurationApi("counted", components, policies, TimeProvider.System);
        var counted = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Name == "dapr_component_configuration_count")
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>(
            (_, _, tags, _) =>
            {
                var labels = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
                if (labels["app_id"] is "counted")
                {
                    counted.Add($"{labels["operation"]} {labels["success"]}");
                }
            }
        );
        listener.Start();

        var (id, _) = await api.SubscribeAsync(
            "items",
            new ConfigurationRequest([], new Dictionary<string, string>()),
            (_, _, _, _) => Task.CompletedTask,
            Task.CompletedTask,
            isStream: false,
            default
        );
        await api.UnsubscribeAsync("items", id);
        await api.UnsubscribeAsync("items", id);

        Assert.Equal(["subscribe true", "unsubscribe true", "unsubscribe false"], counted);
    }

    private static ResiliencyRules Rules() =>
        new(
            "rules",
            FrozenDictionary<string, TimeSpan>.Empty,
            new Dictionary<string, RetryRule>
            {
                ["twice"] = new() { Duration = TimeSpan.Zero, MaxRetries = 2 },
            },
            FrozenDictionary<string, BreakerRule>.Empty,
            FrozenDictionary<string, PolicyNames>.Empty,
            FrozenDictionary<string, PolicyNames>.Empty,
            new Dictionary<string, ComponentPolicies>
            {
                ["items"] = new(new PolicyNames(null, null, null), new PolicyNames(null, "twice", null)),
            },
            []
        );
}
