using Dapr.Common.Serialization;
using Dapr.Workflow.Connection;
using Dapr.Workflow.Serialization;
using Dapr.Workflow.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Dapr.Workflow.Tests.Registration;

public sealed class RegistrationTests
{
    [Theory]
    [InlineData(ServiceLifetime.Singleton)]
    [InlineData(ServiceLifetime.Scoped)]
    [InlineData(ServiceLifetime.Transient)]
    public void The_client_has_the_lifetime_asked_for(ServiceLifetime lifetime)
    {
        var services = new ServiceCollection().AddDaprWorkflow(_ => { }, lifetime);

        Assert.Equal(lifetime, Assert.Single(services, service => service.ServiceType == typeof(DaprWorkflowClient)).Lifetime);
        using var scope = services.BuildServiceProvider().CreateScope();
        Assert.NotNull(scope.ServiceProvider.GetRequiredService<DaprWorkflowClient>());
    }

    [Fact]
    public void Several_calls_make_one_worker_with_the_registrations_of_all()
    {
        using var services = new ServiceCollection()
            .AddDaprWorkflow(options => options.RegisterWorkflow<Sample>())
            .AddDaprWorkflow(options => options.RegisterActivity<int, int>("act", (_, n) => Task.FromResult(n)))
            .BuildServiceProvider();
        var factory = services.GetRequiredService<IWorkflowsFactory>();

        Assert.Single(services.GetServices<IHostedService>());
        Assert.True(factory.TryCreateWorkflow("SAMPLE", services, out _, out _));
        Assert.True(factory.TryCreateActivity("act", services, out _, out _));
        Assert.False(factory.TryCreateActivity("other", services, out _, out var failure));
        Assert.Null(failure);
    }

    [Fact]
    public void Of_two_registrations_of_a_name_the_first_counts()
    {
        using var services = new ServiceCollection()
            .AddDaprWorkflow(options =>
            {
                options.RegisterWorkflow<string, string>("sample", (_, text) => Task.FromResult(text));
                options.RegisterWorkflow<Sample>();
            })
            .BuildServiceProvider();

        services.GetRequiredService<IWorkflowsFactory>().TryCreateWorkflow("sample", services, out var workflow, out _);

        Assert.IsNotType<Sample>(workflow);
    }

    [Fact]
    public void Registrations_of_generated_code_apply_to_every_worker()
    {
        WorkflowAutoRegistry.Register(options => options.RegisterWorkflow<Sample>($"auto-{nameof(RegistrationTests)}"));
        using var services = new ServiceCollection().AddDaprWorkflow().BuildServiceProvider();

        Assert.True(services.GetRequiredService<IWorkflowsFactory>().TryCreateWorkflow($"auto-{nameof(RegistrationTests)}", services, out _, out _));
    }

    [Fact]
    public void The_serializer_is_json_unless_the_app_brings_its_own()
    {
        var own = new JsonDaprSerializer();

        Assert.IsType<JsonDaprSerializer>(Serializer(new ServiceCollection()));
        Assert.Same(own, Serializer(new ServiceCollection().AddSingleton<IDaprSerializer>(own)));
        Assert.IsType<JsonWorkflowSerializer>(Serializer(new ServiceCollection().AddSingleton<IWorkflowSerializer, JsonWorkflowSerializer>()));
        Assert.Same(own, Serializer(new ServiceCollection().AddDaprWorkflowBuilder(null).WithSerializer(own).Services));

        static IDaprSerializer Serializer(IServiceCollection services) =>
            services.AddDaprWorkflow().BuildServiceProvider().GetRequiredService<IDaprSerializer>();
    }

    [Fact]
    public void Message_sizes_are_without_limit_until_one_is_set()
    {
        Assert.Equal((null, null), Sizes(_ => { }));
        Assert.Equal((5, null), Sizes(builder => builder.WithGrpcMessageSizeLimits(maxReceiveMessageSize: 5)));
        Assert.Equal((5, 6), Sizes(builder => builder.WithGrpcMessageSizeLimits(5).WithGrpcMessageSizeLimits(null, 6)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sizes(builder => builder.WithGrpcMessageSizeLimits(0)));

        static (int?, int?) Sizes(Action<WorkflowServiceCollectionExtensions.DaprWorkflowBuilder> configure)
        {
            var builder = new ServiceCollection().AddDaprWorkflowBuilder(null);
            configure(builder);
            var sizes = builder.Services.BuildServiceProvider().GetRequiredService<IOptions<MessageSizes>>().Value;
            return (sizes.Receive, sizes.Send);
        }
    }

    [Fact]
    public void Limits_below_one_and_unknown_lifetimes_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkflowRuntimeOptions { MaxConcurrentWorkflows = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkflowRuntimeOptions { MaxConcurrentActivities = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServiceCollection().AddDaprWorkflow(_ => { }, (ServiceLifetime)9));
    }

    [Fact]
    public void Pauses_double_up_to_the_longest()
    {
        Assert.Equal([100, 200, 400, 5000], new[] { 1, 2, 3, 999 }.Select(failures => Backoff.Stream.After(failures).TotalMilliseconds));
    }

    private sealed class Sample : Workflow<string, string>
    {
        public override Task<string> RunAsync(WorkflowContext context, string input) => Task.FromResult(input);
    }
}
