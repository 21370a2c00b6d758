using System.Collections.Concurrent;
using Dapr.Workflow.Abstractions;
using Dapr.Workflow.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Registration;

internal sealed class WorkflowsFactory(ILogger<WorkflowsFactory> logger) : IWorkflowsFactory
{
    private readonly Registry<IWorkflow> _workflows = new("workflow", logger);
    private readonly Registry<IWorkflowActivity> _activities = new("activity", logger);

    public void RegisterWorkflow<TWorkflow>(string? name = null) where TWorkflow : class, IWorkflow =>
        _workflows.Add(name ?? typeof(TWorkflow).Name, Activator<TWorkflow>());

    public void RegisterWorkflow<TInput, TOutput>(string name, Func<WorkflowContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentNullException.ThrowIfNull(implementation);
        var workflow = new FunctionWorkflow<TInput, TOutput>(implementation);
        _workflows.Add(name, _ => workflow);
    }

    public void RegisterActivity<TActivity>(string? name = null) where TActivity : class, IWorkflowActivity =>
        _activities.Add(name ?? typeof(TActivity).Name, Activator<TActivity>());

    public void RegisterActivity<TInput, TOutput>(string name, Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentNullException.ThrowIfNull(implementation);
        var activity = new FunctionActivity<TInput, TOutput>(implementation);
        _activities.Add(name, _ => activity);
    }

    public bool TryCreateWorkflow(
        TaskIdentifier identifier, IServiceProvider serviceProvider, out IWorkflow? workflow, out Exception? activationException) =>
        _workflows.TryCreate(identifier.Name, serviceProvider, out workflow, out activationException);

    public bool TryCreateActivity(
        TaskIdentifier identifier, IServiceProvider serviceProvider, out IWorkflowActivity? activity, out Exception? activationException) =>
        _activities.TryCreate(identifier.Name, serviceProvider, out activity, out activationException);

    // The compiled factory makes an instance per turn cheap. It takes one constructor at registration; where there
    // are several, which one fits depends on the services, and is found each time.
    private static Func<IServiceProvider, T> Activator<T>() where T : class
    {
        if (typeof(T).IsAbstract || typeof(T).GetConstructors().Length != 1)
        {
            return services => ActivatorUtilities.CreateInstance<T>(services);
        }

        var create = ActivatorUtilities.CreateFactory<T>([]);
        return services => create(services, null);
    }

    private sealed class Registry<T>(string kind, ILogger logger) where T : class
    {
        private readonly ConcurrentDictionary<string, Func<IServiceProvider, T>> _byName = new(StringComparer.OrdinalIgnoreCase);

        public void Add(string name, Func<IServiceProvider, T> create)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name);
            if (_byName.TryAdd(name, create))
            {
                logger.Registered(kind, name);
            }
            else
            {
                logger.RegisteredBefore(kind, name);
            }
        }

        public bool TryCreate(string name, IServiceProvider services, out T? instance, out Exception? activationException)
        {
            (instance, activationException) = (null, null);
            if (!_byName.TryGetValue(name, out var create))
            {
                return false;
            }

            try
            {
                instance = create(services);
                return true;
            }
            catch (Exception failure)
            {
                activationException = failure;
                return false;
            }
        }
    }
}
