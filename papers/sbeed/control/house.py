"""The methods that come with the board."""

from typing import Any

from papers.task import House


def variant(slug: str, title: str, summary: str, **constants: Any) -> House:
    return House(slug=slug, title=title, kind="method", summary=summary, file="sbeed", constants=constants, expense=120)


HOUSE = (
    House(
        slug="soft_optimum",
        title="Soft optimum",
        kind="oracle",
        summary="The optimal smoothed policy and value by the true model; batch cases.",
    ),
    House(
        slug="sbeed",
        title="SBEED",
        kind="method",
        summary="η 1 from finite data, .1 in environments; ten steps, λ .05 there.",
        expense=120,
    ),
    variant("sbeed_eta0", "SBEED, η 0", "Path consistency: no dual.", ETA=0.0, ETA_ONLINE=0.0),
    variant("sbeed_eta01", "SBEED, η .1", "A tenth of the dual's correction.", ETA=0.1),
    variant("sbeed_eta09", "SBEED, η .9", "Nine tenths of it.", ETA=0.9, ETA_ONLINE=0.9),
    variant("sbeed_k1", "SBEED, one step", "k 1 in environments.", K=1),
    House(
        slug="model_vi",
        title="Counted model",
        kind="baseline",
        summary="Soft value iteration on counted transitions: what the data allow. Random in environments.",
        expense=16,
    ),
    House(
        slug="soft_q",
        title="Soft Q-learning",
        kind="baseline",
        summary="Semi-gradient steps on values linear in what is seen. Random in environments.",
        expense=34,
    ),
    House(
        slug="dqn",
        title="DQN",
        kind="baseline",
        summary="Deep Q-learning with replay; a few levels of a continuous action.",
        expense=80,
    ),
    House(
        slug="ppo",
        title="PPO",
        kind="baseline",
        summary="Clipped policy steps on the last block. Uniform on finite data.",
        expense=60,
    ),
    House(
        slug="trpo",
        title="TRPO",
        kind="baseline",
        summary="Natural policy steps within a trust region, on the last block. Uniform on finite data.",
        expense=40,
    ),
    House(
        slug="ddpg",
        title="DDPG",
        kind="baseline",
        summary="Deterministic actor, critic, replay. Uniform on finite data and where actions are counted.",
        expense=80,
    ),
    House(
        slug="sac",
        title="SAC",
        kind="baseline",
        summary="Soft actor-critic, two critics, replay. Uniform on finite data and where actions are counted.",
        expense=140,
    ),
    House(
        slug="energy_controller",
        title="Energy controller",
        kind="baseline",
        summary="Scripted swing-up and balance of a pendulum: what knowing the equations is worth. Uniform elsewhere.",
        expense=5,
    ),
    House(
        slug="wave_reader",
        title="Wave reader",
        kind="baseline",
        summary="Reads the cells of the drift from its waves and knows that they are all alike: what that is worth. Uniform "
        "elsewhere.",
        expense=5,
    ),
    House(
        slug="uniform",
        title="Uniform",
        kind="control",
        summary="Uniform over actions, random torques: 0 up to chance.",
        expense=4,
    ),
    House(
        slug="immediate",
        title="Immediate reward",
        kind="control",
        summary="Softmax of the mean immediate reward; on the pendulum that is no torque. Must fail where cases rank.",
        expense=4,
    ),
)
